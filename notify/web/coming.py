"""What is coming near a party: the notices of the next 90 days, in the order of their dates, numbered as on the map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.language import Text, text
from notify.notices import reading
from notify.notices.notice import Notice
from notify.notices.reading import Filters
from notify.web.visit import Visit
from notify.words import word

DAYS = 90
MOST = 8


@dataclass(frozen=True)
class Coming:
    """A notice of the list; its number is its place in it, from one."""

    notice: Notice
    kind: Text
    is_ours: bool

    @property
    def name(self) -> str | dict[str, str]:
        """Its designation, which is short, or else its title."""
        own = self.notice.content.get("content") or {}
        named: str | dict[str, str] = own.get("designation") or self.notice.content["title"]
        return named


async def coming(connection: AsyncConnection, visit: Visit, actor: Actor) -> list[Coming]:
    """Notices in force that the party was told of or posted, which end today or later and start within `DAYS`."""
    starts_from, starts_to = visit.today.isoformat(), (visit.today + timedelta(days=DAYS)).isoformat()
    found: dict[str, Notice] = {}
    for told, posted_by in ((visit.code, None), (None, visit.code)):
        filters = Filters(
            status=("published",), starts_from=starts_from, starts_to=starts_to, test=False,
            told=told, posted_by=posted_by,
        )  # fmt: skip
        some, _ = await reading.page(connection, actor, filters, 50)
        found.update((notice.id, notice) for notice in some)
    soonest = sorted(found.values(), key=lambda notice: (notice.starts_on or "", notice.id))[:MOST]
    return [Coming(notice, kind_of(notice), notice.state == visit.code) for notice in soonest]


def map_height(n: int) -> int:
    """How high the map beside a list of ``n`` is, in points: as the list grows, so that both end together."""
    return max(360, 230 + 58 * n)


def kind_of(notice: Notice) -> Text:
    """What kind of event a notice announces, in a word or two: “exercise with live fire”."""
    own = notice.content.get("content") or {}
    if notice.measure == 5:
        return text("visit")
    if notice.measure == 18:
        return text("destruction of weapons")
    activity = word("activity", own.get("activity", "exercise"))
    return text("%(activity)s with live fire", activity=activity) if own.get("live_fire") else activity
