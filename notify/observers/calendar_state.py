"""What is known of an observer's calendar entry: which version was sent, whether it arrived, and which was answered.

A version is an invitation's SEQUENCE and one, so that people count from 1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.tables import deliveries
from notify.observers.attendance import Attendance
from notify.observers.tables import invitations

State = Literal["none", "preparing", "sending", "current", "stale", "lost", "removing", "removed"]
"""``none``: no entry and none due · ``preparing``: approved, not yet written · ``sending``: on its way · ``current``:
handed over · ``stale``: handed over, but an earlier version was answered and this one is not · ``lost``: it could not
be delivered · ``removing``, ``removed``: its cancellation is on its way, or handed over."""


@dataclass(frozen=True)
class Invitation:
    """One invitation that was written; ``delivery`` is the status of its delivery."""

    sequence: int
    method: str
    at: datetime
    delivery: str | None
    delivery_id: str | None = None


@dataclass(frozen=True)
class CalendarState:
    """``version`` is the latest, 0 for none; ``answered`` the one that the latest answer was to, None without one.

    ``delivery_id`` is that of the latest.
    """

    state: State
    version: int = 0
    answered: int | None = None
    delivery_id: str | None = None


async def of(connection: AsyncConnection, rows: Collection[Attendance]) -> dict[str, CalendarState]:
    """The state of each attendance, by its id; one statement for all."""
    found: dict[str, list[Invitation]] = {}
    if rows:
        i, d = invitations.c, deliveries.c
        lines = await connection.execute(
            sa.select(i.attendance_id, i.sequence, i.method, i.dtstamp, d.status, d.id)
            .outerjoin(
                deliveries,
                sa.and_(d.attendance_id == i.attendance_id, d.number == i.sequence, d.kind == "invitation"),
            )
            .where(i.attendance_id.in_([row["id"] for row in rows]))
            .order_by(i.attendance_id, i.sequence)
        )
        for attendance_id, *sent in lines:
            found.setdefault(attendance_id, []).append(Invitation(*sent))
    return {row["id"]: state_of(row, found.get(row["id"], [])) for row in rows}


def state_of(row: Mapping[str, object], sent: Sequence[Invitation]) -> CalendarState:
    """The state of one attendance from its invitations, oldest first."""
    if not sent:
        return CalendarState("preparing" if row["status"] == "approved" else "none")
    latest = sent[-1]
    version = latest.sequence + 1
    replied_at = row["replied_at"]
    answered = [each.sequence + 1 for each in sent if isinstance(replied_at, datetime) and each.at <= replied_at]
    state: State
    if latest.delivery in ("pending", "sending"):
        state = "sending" if latest.method == "REQUEST" else "removing"
    elif latest.delivery in ("bounced", "dead"):
        state = "lost"
    elif latest.method == "CANCEL":
        state = "removed"
    elif answered and answered[-1] < version and row["reply"] == "needs-action":
        state = "stale"
    else:
        state = "current"
    return CalendarState(state, version, answered[-1] if answered else None, latest.delivery_id)
