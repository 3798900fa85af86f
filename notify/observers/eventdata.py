"""What an event tells one party: the ``data`` of webhooks and of /events, the same whenever it is made.

It is made from what never changes: revisions, receipts, and of an attendance what was true at the event. An event that
the party has no part in gives nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.news import Event, is_news, recipient_json, told_of
from notify.delivery.rows import among
from notify.notices.tables import acknowledgements, events, notices
from notify.notices.view import revision_json, rfc3339
from notify.observers.attendance import attendance_json, parsed
from notify.observers.tables import attendance
from notify.parties import directory

Data = dict[str, dict[str, object]]
"""By event id."""


async def data_of(connection: AsyncConnection, events: Sequence[Event], party: str | None, language: str) -> Data:
    """The data of rows of `events` for a party that may read them (None: an auditor); ``language`` is the reasons'."""
    news = [event for event in events if is_news(event)]
    acknowledged = [event for event in events if event["type"] == "notice.acknowledged"]
    attended = [event for event in events if event["attendance_id"] is not None]
    data: Data = {}
    if news:
        parties = await directory.load(connection)
        told = await told_of(connection, news, party or "")
        data |= {
            event_id: {
                "notice": revision_json(each.notice, each.revision),
                "recipient": recipient_json(each, party, parties, language),
            }
            for event_id, each in told.items()
        }
    if acknowledged or attended:
        about = await _notices(connection, [*acknowledged, *attended])
        data |= await _acknowledged(connection, acknowledged, about, party)
        data |= await _attended(connection, attended, about, party)
    for event in events:
        facts = json.loads(event["facts"])
        if event["type"] == "subscription.disabled" and event["party"] == party:
            data[event["id"]] = {"subscription": {"id": facts["subscription"], "reason": facts["reason"]}}
        elif event["type"] == "ping" and event["party"] == party:
            data[event["id"]] = {"subscription": {"id": facts["subscription"]}}
    return data


async def _notices(connection: AsyncConnection, rows: Sequence[Event]) -> dict[str, tuple[str, dict[str, object]]]:
    """(host, {id, reference, test}) of the notices of events, by id."""
    ids = sorted({str(row["notice_id"]) for row in rows})
    found = await connection.execute(
        sa.select(notices.c.id, notices.c.state, notices.c.reference, notices.c.test).where(
            among(connection, notices.c.id, ids)
        )
    )
    return {row.id: (row.state, {"id": row.id, "reference": row.reference, "test": row.test}) for row in found}


def _concerned(event: Event, about: Mapping[str, tuple[str, dict[str, object]]], party: str | None) -> bool:
    """Acknowledgements and attendance are seen by the host and by the party whose they are."""
    return party is None or party in (event["party"], about[event["notice_id"]][0])


async def _acknowledged(
    connection: AsyncConnection,
    rows: Sequence[Event],
    about: Mapping[str, tuple[str, dict[str, object]]],
    party: str | None,
) -> Data:
    wanted = [row for row in rows if _concerned(row, about, party)]
    if not wanted:
        return {}
    a = acknowledgements.c
    of_event = sa.and_(events.c.notice_id == a.notice_id, events.c.revision == a.revision, events.c.party == a.party)
    found = await connection.execute(
        sa.select(events.c.id, a.notice_id, a.party, a.revision, a.at, a.via, a.statement)
        .join_from(events, acknowledgements, of_event)
        .where(among(connection, events.c.id, [row["id"] for row in wanted]))
    )
    return {
        row.id: {
            "notice": about[row.notice_id][1],
            "acknowledgement": {
                "party": row.party,
                "revision": row.revision,
                "at": rfc3339(row.at),
                "via": row.via,
                "statement": json.loads(row.statement) if row.statement else None,
            },
        }
        for row in found
    }


async def _attended(
    connection: AsyncConnection,
    rows: Sequence[Event],
    about: Mapping[str, tuple[str, dict[str, object]]],
    party: str | None,
) -> Data:
    wanted = [row for row in rows if _concerned(row, about, party)]
    if not wanted:
        return {}
    ids = sorted({str(row["attendance_id"]) for row in wanted})
    found = await connection.execute(sa.select(attendance).where(among(connection, attendance.c.id, ids)))
    attending = {row.id: parsed(row._asdict()) for row in found}
    approvals = await connection.execute(
        sa.select(events.c.attendance_id, events.c.at).where(
            events.c.type == "attendance.approved", among(connection, events.c.attendance_id, ids)
        )
    )
    approved_at = {row.attendance_id: row.at for row in approvals}
    return {
        row["id"]: {
            "notice": about[row["notice_id"]][1],
            "attendance": attendance_json(
                _as_of(row, attending[row["attendance_id"]], approved_at.get(row["attendance_id"]))
            ),
        }
        for row in wanted
    }


def _as_of(event: Event, row: Mapping[str, Any], approved_at: datetime | None) -> dict[str, Any]:
    """A row of `attendance` as it stood at an event.

    Each attendance is endorsed and approved once, and nothing follows a decline, a withdrawal or a revocation: so what
    the row holds now is put back by the status that the event left.
    """
    facts = json.loads(event["facts"])
    status = facts["status"]
    ended = status in ("declined", "withdrawn", "revoked")
    replied = event["type"] == "attendance.replied"
    return {
        **row,
        "status": status,
        "reply": facts["reply"],
        "reason": row["reason"] if ended else None,
        "endorsed_at": None if status == "requested" else row["endorsed_at"],
        "decided_at": row["decided_at"] if ended else approved_at if status == "approved" else None,
        "replied_at": event["at"] if replied else row["replied_at"] if ended else None,
    }
