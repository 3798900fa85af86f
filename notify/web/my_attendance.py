"""What an observer has asked for, is invited to and can still ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.actor import Actor
from notify.notices import reading
from notify.notices.notice import Notice
from notify.notices.reading import Filters
from notify.notices.times import observation_period
from notify.observers import attendance, calendar_state
from notify.observers.attendance import OPEN
from notify.web import notice_lookups
from notify.web.attendance_rows import Row, is_to_come, is_unanswered, rows_of
from notify.web.notice_news import invites_still
from notify.web.rendering import page
from notify.web.visit import Visit

INVITING = 50
"""Notices that are looked through for an invitation; there are seldom so many in force at once."""


@dataclass(frozen=True)
class Mine:
    """One attendance with its notice; ``days`` are the observers' own, or else the notice's."""

    row: Row
    notice: Notice
    days: Mapping[str, object] | None


async def show(request: Request) -> Response:
    """GET /my-attendance"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("attend", "observer")
    async with visit.office.database.read() as connection:
        seen = await attendance.of_viewer(connection, actor)
        found = [row for row in seen if row["person_id"] == actor.person_id]
        states = await calendar_state.of(connection, found)
        named = await notice_lookups.notices_by_id(connection, actor, {row["notice_id"] for row in found})
        inviting = await _inviting(connection, visit, actor)
    mine = [
        Mine(row, named[row.attendance["notice_id"]], observation_period(named[row.attendance["notice_id"]].content))
        for row in rows_of(actor, found, named, states)
    ]
    to_come = [each for each in mine if each.row.attendance["status"] in OPEN and is_to_come(each.notice, visit.today)]
    to_answer = [each for each in to_come if is_unanswered(each.row.attendance, each.notice)]
    asked = {each.notice.id for each in to_come}
    return page(
        request,
        "my_attendance.html",
        to_answer=to_answer,
        to_come=[each for each in to_come if each not in to_answer],
        past=[each for each in mine if each not in to_come],
        inviting=[notice for notice in inviting if notice.id not in asked],
    )


async def _inviting(connection: AsyncConnection, visit: Visit, actor: Actor) -> list[Notice]:
    """Notices for which the observer's party can still propose people, the soonest first."""
    filters = Filters(told=visit.code, status=("published",), starts_from=visit.today.isoformat())
    told, _ = await reading.page(connection, actor, filters, INVITING)
    found = [notice for notice in told if notice.state != visit.code and invites_still(visit, notice, told=True)]
    return sorted(found, key=lambda notice: (notice.starts_on or "", notice.id))
