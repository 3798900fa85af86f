"""The outbox: an event for the worker, and its place in the log of every scope that can read it.

Positions are dense within a scope and given in the publishing transaction, so commit order is their order: a cursor
over them misses nothing, and nothing that a scope may not see moves them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

import sqlalchemy as sa

from notify.ids import new_id
from notify.notices.notice import dumps
from notify.notices.tables import events, log, notices
from notify.office import Act
from notify.schema import Instant

PUBLIC = "public"
"""The scope of everybody."""


# Every version of a feed has a second of its own, so that Last-Modified tells any two of them apart.
_MOVED = (
    ", notice_position = log_counters.position + 1, notice_at = CASE "
    "WHEN log_counters.notice_at IS NULL OR excluded.notice_at > log_counters.notice_at + 1000000 "
    "THEN excluded.notice_at ELSE log_counters.notice_at + 1000000 END"
)


@dataclass(frozen=True)
class News:
    """What happened. ``facts`` hold no personal data: they are read again when the event is shown."""

    type: str
    notice_id: str | None = None
    revision: int | None = None
    party: str | None = None
    attendance_id: str | None = None
    facts: dict[str, object] = field(default_factory=dict)


async def announce(act: Act, news: News, scopes: Collection[str]) -> str:
    """Write the event and its log entries; the notice's row must be locked. Returns the event's id."""
    event_id = new_id()
    number = 0
    if news.notice_id is not None:
        number = (
            await act.connection.execute(
                sa.update(notices)
                .where(notices.c.id == news.notice_id)
                .values(events=notices.c.events + 1)
                .returning(notices.c.events)
            )
        ).scalar_one()
    await act.connection.execute(
        sa.insert(events).values(
            id=event_id,
            type=news.type,
            at=act.now,
            notice_id=news.notice_id,
            number=number,
            revision=news.revision,
            party=news.party,
            attendance_id=news.attendance_id,
            facts=dumps(news.facts),
            request_id=act.actor.request_id,
        )
    )
    await _enter_logs(act, event_id, news, sorted(scopes))
    act.wakes = True
    return event_id


async def _enter_logs(act: Act, event_id: str, news: News, scopes: list[str]) -> None:
    if not scopes:
        return
    is_revision = news.revision is not None and news.party is None
    step = "1" if is_revision else "0"
    # One statement for all scopes, in sorted order: counters are locked in the same order by every transaction.
    source = (
        "SELECT value AS scope FROM json_each(:scopes)"
        if act.office.database.is_sqlite
        else "SELECT value AS scope FROM json_array_elements_text(CAST(:scopes AS json)) WITH ORDINALITY"
    )
    # Only constants of this module are put into the statement; values are bound.
    rows = await act.connection.execute(
        sa.text(
            "INSERT INTO log_counters (scope, position, notice_position, notice_at) "  # noqa: S608
            f"SELECT scope, 1, {step}, CAST(:at AS BIGINT) FROM ({source}) AS given WHERE 1 = 1 "
            "ON CONFLICT (scope) DO UPDATE SET position = log_counters.position + 1"
            + (_MOVED if is_revision else "")
            + " RETURNING scope, position"
        ).bindparams(sa.bindparam("at", act.now if is_revision else None, Instant())),
        {"scopes": json.dumps(scopes)},
    )
    await act.connection.execute(
        sa.insert(log),
        [
            {
                "scope": scope,
                "position": position,
                "event_id": event_id,
                "notice_id": news.notice_id,
                "is_notice": is_revision,
            }
            for scope, position in rows
        ],
    )
