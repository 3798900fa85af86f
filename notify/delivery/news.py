"""News of a revision, as an event tells of it: read once an event and kept, since nothing of it ever changes."""

from __future__ import annotations

import json
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.rows import among
from notify.language import translator
from notify.notices.history import Revision, parsed
from notify.notices.notice import COLUMNS, Notice, dumps, from_row
from notify.notices.tables import events, notices, recipients, revisions
from notify.notices.view import revision_json
from notify.parties import reasons as reason
from notify.parties.directory import Directory
from notify.parties.reasons import Reason

Event = Mapping[str, Any]
"""A row of `events`."""

KEPT = 32
"""Events of which the news is kept: a fan-out is about one or a few."""


def is_news(event: Event) -> bool:
    """Whether an event is that of a revision, and not of one party's acknowledgement of it."""
    return str(event["type"]).startswith("notice.") and event["party"] is None


@dataclass(frozen=True)
class Told:
    """A revision that was told to parties. ``reasons`` by party are those of its own snapshot."""

    type: str
    at: datetime
    request_id: str
    notice: Notice
    revision: Revision
    reasons: Mapping[str, Sequence[Reason]]

    @cached_property
    def encoded(self) -> str:
        """The notice as JSON, the same text whenever it is made."""
        return dumps(revision_json(self.notice, self.revision))


async def told_of(connection: AsyncConnection, rows: Iterable[Event], party: str | None = None) -> dict[str, Told]:
    """What events of revisions tell, by event id; with ``party`` the reasons of that party alone. Three statements."""
    wanted = {str(row["id"]): row for row in rows}
    if not wanted:
        return {}
    ids = sorted(wanted)
    of_event = sa.and_(events.c.notice_id == revisions.c.notice_id, events.c.revision == revisions.c.revision)
    found = await connection.execute(
        sa.select(events.c.id.label("event_id"), revisions)
        .join_from(events, revisions, of_event)
        .where(among(connection, events.c.id, ids))
    )
    revised = {row.event_id: parsed(row._asdict()) for row in found}
    notice_ids = sorted({str(revision["notice_id"]) for revision in revised.values()})
    found = await connection.execute(sa.select(*COLUMNS).where(among(connection, notices.c.id, notice_ids)))
    named = {row.id: from_row(row._asdict()) for row in found}
    reasons = await _reasons(connection, ids, party)
    return {
        event_id: Told(
            wanted[event_id]["type"], wanted[event_id]["at"], wanted[event_id]["request_id"],
            named[revision["notice_id"]], revision, reasons[event_id],
        )
        for event_id, revision in revised.items()
    }  # fmt: skip


async def _reasons(
    connection: AsyncConnection, event_ids: Sequence[str], party: str | None
) -> Mapping[str, Mapping[str, Sequence[Reason]]]:
    r = recipients.c
    told = sa.and_(events.c.notice_id == r.notice_id, events.c.revision == r.revision)
    statement = (
        sa.select(events.c.id, r.party, r.reasons)
        .join_from(events, recipients, told)
        .where(among(connection, events.c.id, event_ids))
    )
    if party is not None:
        statement = statement.where(r.party == party)
    found: dict[str, dict[str, Sequence[Reason]]] = defaultdict(dict)
    for event_id, told_party, kept in await connection.execute(statement):
        found[event_id][told_party] = reason.parse(kept)
    return found


def recipient_json(told: Told, party: str | None, directory: Directory, language: str) -> dict[str, object] | None:
    """Why a party was told, in words; None for a reader who was not told."""
    reasons = told.reasons.get(party or "")
    if reasons is None:
        return None
    say = translator(language)
    return {"party": party, "reasons": [reason.reason_json(each, directory, say) for each in reasons]}


class NewsDesk:
    """The latest news, kept by event id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Told] = OrderedDict()

    async def of(self, connection: AsyncConnection, rows: Iterable[Event]) -> dict[str, Told]:
        """What these events of revisions tell, by event id."""
        wanted = {str(row["id"]): row for row in rows}
        found = {event_id: self._kept[event_id] for event_id in wanted if event_id in self._kept}
        found |= await told_of(connection, [row for event_id, row in wanted.items() if event_id not in found])
        for event_id, told in found.items():
            self._kept[event_id] = told
            self._kept.move_to_end(event_id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found


def webhook_body(event: Event, data: str) -> bytes:
    """The body of a webhook around its data, which is JSON already: CONTRACT, "Webhooks"."""
    head = json.dumps({"type": event["type"], "timestamp": timestamp(event)}, separators=(",", ":"))
    return f'{head[:-1]},"data":{data}}}'.encode()


def timestamp(event: Event) -> str:
    """When an event happened, as every door gives it: to the second, in UTC."""
    return event["at"].strftime("%Y-%m-%dT%H:%M:%SZ")  # type: ignore[no-any-return]
