"""What a feed shows: the newest notices that its scope may read, narrowed by the subscription and the query."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify import formats
from notify.feeds.scope import FeedScope
from notify.language import Translator, pick, text
from notify.notices.notice import Notice
from notify.notices.outbox import PUBLIC
from notify.notices.reading import Filters, page
from notify.notices.tables import notices, recipients, revisions
from notify.parties.directory import Directory
from notify.words import word

MOST = 200
"""Notices in a feed at most."""


@dataclass(frozen=True)
class Item:
    """One notice, in the feed's language."""

    notice: Notice
    title: str
    language: str  # of the notice's own words, where the feed's are missing
    lines: tuple[str, ...]  # what a reader wants to know, a line each
    place: str
    state: str
    url: str

    @property
    def tags(self) -> list[str]:
        """Codes that a program can sort by."""
        return [f"measure-{self.notice.measure}", self.notice.status, *(["test"] if self.notice.test else [])]


async def notices_for(connection: AsyncConnection, scope: FeedScope, filters: Filters) -> list[Notice]:
    """The notices themselves, at most `MOST`; a draft is in no feed, not even in that of its own state."""
    found, _ = await page(connection, scope.viewer, filters, MOST, also=[notices.c.revision > 0, *_own_filters(scope)])
    return found


def _own_filters(scope: FeedScope) -> list[sa.ColumnElement[bool]]:
    """The subscription's filters. One of rules leaves what the party was told of by one of them, in any revision."""
    found: list[sa.ColumnElement[bool]] = []
    if scope.measures:
        found.append(notices.c.measure.in_(scope.measures))
    if scope.states:
        found.append(notices.c.state.in_(scope.states))
    if scope.rules and scope.scope != PUBLIC:
        by_rule = (recipients.c.rules.contains(f",{rule},", autoescape=True) for rule in scope.rules)
        of_it = sa.and_(recipients.c.notice_id == notices.c.id, recipients.c.party == scope.scope)
        found.append(sa.exists().where(of_it, sa.or_(*by_rule)))
    return found


async def items_for(
    connection: AsyncConnection, found: Sequence[Notice], parties: Directory, say: Translator, base_url: str
) -> list[Item]:
    """The notices in words."""
    reasons = await _reasons(connection, found)
    return [_item(notice, parties, say, base_url, reasons.get(notice.id)) for notice in found]


async def _reasons(connection: AsyncConnection, found: Sequence[Notice]) -> dict[str, Any]:
    """Why each of the latest revisions was made, where that was said."""
    if not found:
        return {}
    r = revisions.c
    rows = await connection.execute(
        sa.select(r.notice_id, r.revision, r.reason).where(
            r.notice_id.in_([n.id for n in found]), r.reason.is_not(None)
        )
    )
    latest = {notice.id: notice.revision for notice in found}
    return {i: json.loads(reason) for i, revision, reason in rows if latest[i] == revision}


def _item(notice: Notice, parties: Directory, say: Translator, base_url: str, reason: dict[str, str] | None) -> Item:
    content = notice.content
    title, language = pick(content.get("title"), say.language)
    status = say(word("status", notice.status))
    heading = say(text("%(reference)s: %(what)s", reference=notice.reference, what=title))
    if notice.status != "published":
        heading = say(text("%(status)s: %(what)s", status=status, what=heading))
    if notice.test:
        heading = say(text("[TEST] %(subject)s", subject=heading))
    return Item(
        notice=notice,
        title=heading,
        language=language,
        lines=tuple(_lines(notice, say, status, pick(reason, say.language)[0])),
        place=content["place"]["name"],
        state=parties.name(notice.state, say.language),
        url=f"{base_url}/notices/{notice.id}",
    )


def _lines(notice: Notice, say: Translator, status: str, reason: str) -> list[str]:
    summary, _ = pick(notice.content.get("summary"), say.language)
    period = notice.content["period"]
    dates = f"{formats.period(say.language, period)} ({formats.period_note(say.language, period)})"
    found = [say(text("This is a test of the system. It announces no activity."))] if notice.test else []
    found += [summary] if summary else []
    if notice.status == "postponed":
        found.append(say(text("Dates: taken back, and no others announced yet. They were %(dates)s.", dates=dates)))
    else:
        found.append(say(text("Dates: %(dates)s", dates=dates)))
    found.append(say(text("Place: %(place)s", place=notice.content["place"]["name"])))
    found.append(say(text("Status: %(status)s, revision %(n)s", status=status, n=notice.revision)))
    if reason:
        found.append(say(text("Reason: %(reason)s", reason=reason)))
    return found
