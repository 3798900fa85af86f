"""What a feed shows: the notices that its scope may read, the newest first, narrowed by the subscription and the query."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.feeds.scope import FeedScope
from notify.language import Text, Translator, pick, text
from notify.notices.notice import Notice
from notify.notices.outbox import PUBLIC
from notify.notices.reading import Filters, page
from notify.notices.tables import recipients, revisions
from notify.parties.directory import Directory
from notify.words import word

MOST = 200
"""Notices in a feed at most."""


@dataclass(frozen=True)
class Item:
    """One notice, in the feed's language."""

    notice: Notice
    title: str
    status: str  # in words
    summary: str
    language: str  # of title and summary
    dates: str
    place: str
    state: str
    reason: str  # of the latest revision
    url: str


async def notices_for(connection: AsyncConnection, scope: FeedScope, filters: Filters) -> list[Notice]:
    """The notices themselves, at most `MOST`."""
    found, _ = await page(connection, scope.viewer, filters, MOST)
    found = [notice for notice in found if not notice.is_draft]
    if scope.measures:
        found = [notice for notice in found if f",{notice.measure}," in scope.measures]
    if scope.states:
        found = [notice for notice in found if f",{notice.state}," in scope.states]
    if scope.rules and scope.scope != PUBLIC:
        told = await connection.execute(
            sa.select(recipients.c.notice_id, recipients.c.rules).where(
                recipients.c.party == scope.scope, recipients.c.notice_id.in_([n.id for n in found])
            )
        )
        wanted = set(scope.rules.strip(",").split(","))
        matching = {notice_id for notice_id, rules in told if wanted & set(rules.strip(",").split(","))}
        found = [notice for notice in found if notice.id in matching]
    return found


async def items_for(
    connection: AsyncConnection, found: Sequence[Notice], parties: Directory, say: Translator, base_url: str
) -> list[Item]:
    """The notices in words."""
    reasons = await _reasons(connection, found)
    return [_item(notice, parties, say, base_url, reasons.get(notice.id)) for notice in found]


async def _reasons(connection: AsyncConnection, found: Sequence[Notice]) -> dict[str, Any]:
    if not found:
        return {}
    r = revisions.c
    rows = await connection.execute(
        sa.select(r.notice_id, r.revision, r.reason).where(r.notice_id.in_([n.id for n in found]), r.reason.is_not(None))
    )
    latest = {notice.id: notice.revision for notice in found}
    return {i: json.loads(reason) for i, revision, reason in rows if latest[i] == revision}


def _item(
    notice: Notice, parties: Directory, say: Translator, base_url: str, reason: dict[str, str] | None
) -> Item:
    content = notice.content
    title, language = pick(content.get("title"), say.language)
    summary, _ = pick(content.get("summary"), say.language)
    status = say(word("status", notice.status))
    heading: Text = text("%(reference)s (%(status)s): %(title)s", reference=notice.reference, status=status,
                         title=title)  # fmt: skip
    marked = say(text("Test: %(what)s", what=say(heading))) if notice.test else say(heading)
    period = content["period"]
    said_reason, _ = pick(reason, say.language)
    return Item(
        notice=notice,
        title=marked,
        status=status,
        summary=summary,
        language=language,
        dates=f"{period['starts'].replace('T', ' ')} – {period['ends'].replace('T', ' ')} ({period['timezone']})",
        place=content["place"]["name"],
        state=parties.name(notice.state, say.language),
        reason=said_reason,
        url=f"{base_url}/notices/{notice.id}",
    )
