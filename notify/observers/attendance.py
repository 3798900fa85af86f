"""An observer's attendance at what a notice announces: reading it, and who may see it.

Host and own party see it; an observer who is nothing else sees only their own; auditors see all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.errors import NotVisible
from notify.ids import is_id
from notify.notices.notice import Notice, lock
from notify.notices.tables import notices
from notify.notices.view import rfc3339
from notify.observers.tables import attendance
from notify.office import Act

Attendance = Mapping[str, Any]
"""A row of `attendance` with the host's code as ``host``; ``reason`` is parsed."""

OPEN = ("requested", "endorsed", "waitlisted", "approved")
"""Statuses in which something can still happen."""


def visible(viewer: Actor) -> sa.ColumnElement[bool]:
    """The condition on `attendance` joined with `notices`, for every door."""
    if viewer.has("auditor"):
        return sa.true()
    if viewer.party is None:
        return sa.false()
    if viewer.only_observer:
        return sa.and_(attendance.c.person_id == viewer.person_id, attendance.c.party == viewer.party)
    return sa.or_(attendance.c.party == viewer.party, notices.c.state == viewer.party)


_JOINED = sa.select(attendance, notices.c.state.label("host")).join(notices, notices.c.id == attendance.c.notice_id)


async def get(connection: AsyncConnection, viewer: Actor, attendance_id: str) -> Attendance:
    """One attendance that a viewer may see. Raises `NotVisible`."""
    if not is_id(attendance_id):
        raise NotVisible()
    statement = _JOINED.where(attendance.c.id == attendance_id, visible(viewer))
    row = (await connection.execute(statement)).mappings().first()
    if row is None:
        raise NotVisible()
    return parsed(row)


async def of_notice(connection: AsyncConnection, viewer: Actor, notice_id: str) -> Sequence[Attendance]:
    """Every attendance at a notice that a viewer may see, oldest first."""
    statement = _JOINED.where(attendance.c.notice_id == notice_id, visible(viewer)).order_by(
        attendance.c.created_at, attendance.c.id
    )
    return [parsed(row) for row in (await connection.execute(statement)).mappings()]


async def of_viewer(connection: AsyncConnection, viewer: Actor, statuses: Sequence[str] = ()) -> Sequence[Attendance]:
    """Every attendance that a viewer may see, newest first, at most 500."""
    statement = _JOINED.where(visible(viewer))
    if statuses:
        statement = statement.where(attendance.c.status.in_(statuses))
    statement = statement.order_by(attendance.c.updated_at.desc(), attendance.c.id).limit(500)
    return [parsed(row) for row in (await connection.execute(statement)).mappings()]


async def lock_with_notice(act: Act, attendance_id: str) -> tuple[Attendance, Notice]:
    """The attendance and its notice, both locked, the notice first. Raises `NotVisible`."""
    found = await get(act.connection, act.actor, attendance_id)
    notice = await lock(act.connection, found["notice_id"])
    statement = _JOINED.where(attendance.c.id == attendance_id).with_for_update(of=attendance)
    return parsed((await act.connection.execute(statement)).mappings().one()), notice


def require_for(actor: Actor, found: Attendance) -> None:
    """Raise `NotAllowed` unless the actor is the observer, or an officer who acts for their party's people."""
    if found["person_id"] is not None and found["person_id"] == actor.person_id:
        actor.require("attend", "officer", "observer")
    else:
        actor.require("attend", "officer")


def parsed(row: RowMapping | Mapping[str, Any]) -> Attendance:
    """A row with its reason parsed."""
    found: dict[str, Any] = {**row}
    found["reason"] = json.loads(row["reason"]) if row["reason"] else None
    return found


def attendance_json(row: Attendance) -> dict[str, object]:
    """An attendance as the API and webhooks show it to host and own party."""
    return {
        "id": row["id"],
        "notice": row["notice_id"],
        "party": row["party"],
        "observer": {
            "name": row["name"],
            "rank": row["rank"],
            "function": row["function"],
            "email": row["email"],
            "language": row["language"],
        },
        "status": row["status"],
        "reply": row["reply"],
        "remarks": row["remarks"],
        "reason": row["reason"],
        "created_at": rfc3339(row["created_at"]),
        "endorsed_at": rfc3339(row["endorsed_at"]),
        "decided_at": rfc3339(row["decided_at"]),
        "replied_at": rfc3339(row["replied_at"]),
    }
