"""Invitations: whatever happens to a notice or an attendance, the observer's calendar is set right.

One rule: an approved observer of a notice in force has its entry, anybody else has none. What the calendar holds is the
latest row of `invitations`; where it differs from what it should hold, a REQUEST or a CANCEL is written under the same
UID with the next SEQUENCE (RFC 5546), and a delivery for it. Run for an event again, it writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from notify.delivery.deliveries import retry
from notify.delivery.expansion import overtake
from notify.delivery.tables import deliveries
from notify.errors import LifecycleError
from notify.ids import new_id, new_secret
from notify.language import text
from notify.notices.notice import Notice, dumps, lock
from notify.observers import calendar_state
from notify.observers.attendance import Attendance, get
from notify.observers.entries import entry_for
from notify.observers.rules import IN_FORCE
from notify.observers.tables import attendance, invitations
from notify.office import Act


@dataclass(frozen=True)
class Held:
    """What an observer's calendar holds: the latest invitation; None: never invited."""

    method: str
    revision: int
    entry: dict[str, Any]


async def follow(act: Act, event: Mapping[str, Any]) -> None:
    """Set the calendars of a notice's observers right after an event (an `Expander`); the notice's row is locked."""
    concerns_dates = event["type"].startswith("notice.") and event["party"] is None
    if event["notice_id"] is None or not (concerns_dates or event["attendance_id"]):
        return
    notice = await lock(act.connection, event["notice_id"])
    which = sa.select(attendance).where(attendance.c.notice_id == notice.id)
    if event["attendance_id"]:
        which = which.where(attendance.c.id == event["attendance_id"])
    else:
        which = which.where(sa.or_(attendance.c.status == "approved", attendance.c.sequence >= 0))
    rows = (await act.connection.execute(which.order_by(attendance.c.id).with_for_update())).all()
    for row in rows:
        await _set_right(act, notice, row._asdict(), event)


async def _set_right(act: Act, notice: Notice, row: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    held = await _held(act, row)
    wanted = (
        entry_for(notice, row["language"], act.office.settings.base_url)
        if row["status"] == "approved" and notice.status in IN_FORCE
        else None
    )
    # Of one revision it says the same, whatever has become of our words or our address since.
    stands = (
        held is not None and held.method == "REQUEST" and (held.revision == notice.revision or held.entry == wanted)
    )
    if wanted is not None and not stands:
        await _invite(act, notice, row, event, "REQUEST", wanted)
    elif wanted is None and held is not None and held.method == "REQUEST":
        await _invite(act, notice, row, event, "CANCEL", held.entry)


async def resend(act: Act, attendance_id: str) -> Attendance:
    """Send the latest invitation, or cancellation, of one observer again, the same bytes. By an officer of the host.

    Raises `LifecycleError` where it did not fail.
    """
    found = await get(act.connection, act.actor, attendance_id)
    state = (await calendar_state.of(act.connection, [found]))[attendance_id]
    if state.delivery_id is None:
        raise LifecycleError(text("No invitation was sent yet, so there is nothing to repeat."))
    await retry(act, state.delivery_id)
    return found


async def _held(act: Act, row: Mapping[str, Any]) -> Held | None:
    latest = (
        await act.connection.execute(
            sa.select(invitations.c.method, invitations.c.revision, invitations.c.entry)
            .where(invitations.c.attendance_id == row["id"])
            .order_by(invitations.c.sequence.desc())
            .limit(1)
        )
    ).first()
    return None if latest is None else Held(latest.method, latest.revision, json.loads(latest.entry))


async def _invite(
    act: Act, notice: Notice, row: Mapping[str, Any], event: Mapping[str, Any], method: str, entry: dict[str, Any]
) -> None:
    sequence = row["sequence"] + 1
    # Who has answered on the page since the revision was published has answered to that one.
    answered = row["replied_at"] is not None and notice.latest_at is not None and row["replied_at"] > notice.latest_at
    moved = method == "REQUEST" and sequence > 0 and not answered
    over_by = f"notice.{notice.status}" if row["status"] == "approved" else f"attendance.{row['status']}"
    host = act.office.settings.mail_from.rpartition("@")[2]
    await act.connection.execute(
        sa.update(attendance)
        .where(attendance.c.id == row["id"])
        .values(
            sequence=sequence,
            # Both are fixed for ever: calendar programs find the entry by the UID and trust only its organizer.
            uid=row["uid"] or f"{row['id']}@{host}",
            organizer=row["organizer"] or _organizer(act.office.settings.mail_from),
            reply="needs-action" if moved else row["reply"],
        )
    )
    await act.connection.execute(
        sa.insert(invitations).values(
            id=new_id(),
            attendance_id=row["id"],
            sequence=sequence,
            method=method,
            dtstamp=act.now,
            revision=notice.revision,
            event_id=event["id"],
            cause=over_by if method == "CANCEL" else "",
            entry=dumps(entry),
        )
    )
    lane = f"a:{row['id']}:{notice.id}"
    await overtake(act, deliveries.c.lane == lane)
    await act.connection.execute(
        sa.insert(deliveries).values(
            id=new_id(),
            kind="invitation",
            lane=lane,
            number=sequence,
            supersedable=False,
            overtaken=False,
            event_id=None,
            notice_id=notice.id,
            revision=notice.revision,
            party=row["party"],
            attendance_id=row["id"],
            channel="email",
            host=row["email"].rpartition("@")[2].lower(),
            status="pending",
            attempts=0,
            due_at=act.now,
            created_at=act.now,
        )
    )


def _organizer(mail_from: str) -> str:
    """An address of its own for each attendance: one for the event would be known to all its observers."""
    box, _, host = mail_from.rpartition("@")
    return f"{box}+{new_secret(12).lower().replace('_', 'x').replace('-', 'y')}@{host}"
