"""The start page of who only observes: invitations to answer, the events to come, and notices that invite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from notify.notices import reading
from notify.notices.notice import Notice
from notify.notices.reading import Filters
from notify.notices.times import observation_period
from notify.observers import attendance
from notify.observers.attendance import OPEN, Attendance
from notify.web import notice_lookups
from notify.web.attendance_rows import is_to_come, is_unanswered
from notify.web.notice_news import invites_still
from notify.web.rendering import page
from notify.web.visit import Visit

MOST = 10


@dataclass(frozen=True)
class Attending:
    """An attendance with its notice and the observers' days."""

    row: Attendance
    notice: Notice
    period: Mapping[str, object] | None


async def show(request: Request, visit: Visit) -> Response:
    """GET / for an observer."""
    actor = visit.signed_in()
    async with visit.office.database.read() as connection:
        rows = await attendance.of_viewer(connection, actor, OPEN)
        mine = [row for row in rows if row["person_id"] == actor.person_id]
        named = await notice_lookups.notices_by_id(connection, actor, {row["notice_id"] for row in mine})
        told, _ = await reading.page(connection, actor, Filters(told=visit.code, status=("published",)), 100)
        read, _ = await reading.page(connection, actor, Filters(status=("published",)), 100)
    attending = [
        Attending(row, named[row["notice_id"]], observation_period(named[row["notice_id"]].content))
        for row in mine
        if row["notice_id"] in named and is_to_come(named[row["notice_id"]], visit.today)
    ]
    told_of = {notice.id for notice in told}
    asked = {row["notice_id"] for row in mine}
    inviting = [
        notice
        for notice in {notice.id: notice for notice in (*told, *read)}.values()
        if notice.id not in asked and invites_still(visit, notice, told=notice.id in told_of)
    ]
    attending.sort(key=lambda each: str((each.period or {}).get("starts", "")))
    to_answer = [each for each in attending if is_unanswered(each.row, each.notice)]
    approved = [each for each in attending if each.row["status"] == "approved" and each not in to_answer]
    return page(
        request,
        "home_observer.html",
        to_answer=to_answer,
        events=[each for each in approved if each.row["reply"] != "declined"],
        requests=[each for each in attending if each.row["status"] != "approved"],
        inviting=sorted(inviting, key=lambda notice: notice.starts_on or "")[:MOST],
    )
