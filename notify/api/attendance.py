"""/notices/{id}/attendance and /attendance/{id}: observers, from the request to the answer."""

from __future__ import annotations

from notify.api.call import Answer, Call, free_text
from notify.api.models.attendance import AttendanceBody, DecisionBody, ReplyBody
from notify.api.paging import paged
from notify.notices import reading
from notify.observers import attendance, decisions, replies, requests
from notify.observers.attendance import Attendance, attendance_json


def _answer(row: Attendance, status: int = 200) -> Answer:
    headers = {"location": f"/api/v1/attendance/{row['id']}"} if status == 201 else {}
    return Answer(attendance_json(row), status, headers)


async def list_of_notice(call: Call) -> Answer:
    """GET /notices/{id}/attendance"""
    notice = await reading.get(call.connection, call.actor, call.path("id"))
    rows = await attendance.of_notice(call.connection, call.actor, notice.id)
    return Answer(paged(call.request, [attendance_json(row) for row in rows]))


async def ask(call: Call) -> Answer:
    """POST /notices/{id}/attendance: a request for oneself, or with ``observer`` an officer's nomination"""
    body = call.parsed(AttendanceBody)
    remarks = body.remarks or ""
    if body.observer is None:
        return _answer(await requests.request(call.acting, call.path("id"), remarks), 201)
    given = body.observer
    observer = requests.Observer(given.name, given.email, given.language, given.rank or "", given.function or "")
    return _answer(await requests.nominate(call.acting, call.path("id"), observer, remarks), 201)


async def get(call: Call) -> Answer:
    """GET /attendance/{id}"""
    return _answer(await attendance.get(call.connection, call.actor, call.path("id")))


async def endorse(call: Call) -> Answer:
    """POST /attendance/{id}/endorse"""
    return _answer(await decisions.endorse(call.acting, call.path("id")))


async def approve(call: Call) -> Answer:
    """POST /attendance/{id}/approve"""
    return _answer(await decisions.approve(call.acting, call.path("id")))


async def decline(call: Call) -> Answer:
    """POST /attendance/{id}/decline"""
    return _answer(await decisions.decline(call.acting, call.path("id"), free_text(call.parsed(DecisionBody).reason)))


async def withdraw(call: Call) -> Answer:
    """POST /attendance/{id}/withdraw"""
    return _answer(await decisions.withdraw(call.acting, call.path("id"), free_text(call.parsed(DecisionBody).reason)))


async def revoke(call: Call) -> Answer:
    """POST /attendance/{id}/revoke"""
    return _answer(await decisions.revoke(call.acting, call.path("id"), free_text(call.parsed(DecisionBody).reason)))


async def reply(call: Call) -> Answer:
    """POST /attendance/{id}/reply"""
    return _answer(await replies.reply(call.acting, call.path("id"), call.parsed(ReplyBody).reply))
