"""The observers of one notice: decided on by the host, proposed by a party, asked for by an observer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.actor import Actor
from notify.errors import LifecycleError, NotAllowed, NotVisible, Refused
from notify.language import text
from notify.notices import reading
from notify.notices.notice import Notice
from notify.notices.times import observation_period
from notify.observers import attendance, calendar_state, requests
from notify.observers.attendance import OPEN
from notify.observers.rules import check_open, check_reply_by, invites
from notify.web.attendance_rows import Row, is_own, rows_of, seats_of
from notify.web.forms import Form
from notify.web.nomination import nomination_of, remarks_of
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit


async def show(request: Request) -> Response:
    """GET /notices/{id}/attendance"""
    return await attendance_page(request, str(request.path_params["id"]), Form())


async def ask(request: Request) -> Response:
    """POST /notices/{id}/attendance: an observer asks to attend"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    notice_id = str(request.path_params["id"])
    form = await posted(request)
    try:
        remarks = remarks_of(form)
        async with visit.office.act(actor) as act:
            await requests.request(act, notice_id, remarks)
    except NotVisible:
        raise
    except Refused as refused:
        form.refuse_whole(refused)
        return await attendance_page(request, notice_id, form, refused.status)
    said = text("Your request is made. %(party)s must endorse it, then the host decides.", party=visit.name(visit.code))
    return redirect(request, f"/notices/{notice_id}/attendance", said=said)


async def nominate(request: Request) -> Response:
    """/notices/{id}/nominate: an officer proposes a person of her party"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    notice_id = str(request.path_params["id"])
    async with visit.office.database.read() as connection:
        notice = await reading.get(connection, actor, notice_id)
        closed = _closed(visit, notice, await _is_told(connection, notice, actor))
    actor.require("attend", "officer")
    if closed is not None:
        raise closed
    if request.method == "GET":
        language = visit.party.language if visit.party is not None else visit.language
        return _nominate_page(request, Form({"language": language}), notice)
    form = await posted(request)
    try:
        observer, remarks = nomination_of(form)
        async with visit.office.act(actor) as act:
            await requests.nominate(act, notice_id, observer, remarks)
    except Refused as refused:
        form.refuse_whole(refused)
        return _nominate_page(request, form, notice, refused.status)
    said = text("%(name)s is proposed. %(host)s decides.", name=observer.name, host=visit.name(notice.state))
    return redirect(request, f"/notices/{notice_id}/attendance", said=said)


async def attendance_page(request: Request, notice_id: str, form: Form, status: int = 200) -> Response:
    """The page, with what was refused above it."""
    visit = Visit.of(request)
    actor = visit.signed_in()
    async with visit.office.database.read() as connection:
        notice = await reading.get(connection, actor, notice_id)
        found = await attendance.of_notice(connection, actor, notice.id)
        states = await calendar_state.of(connection, found)
        closed = _closed(visit, notice, await _is_told(connection, notice, actor))
    rows = rows_of(actor, found, {notice.id: notice}, states)
    sees_all = reading.sees_all(notice, actor)
    context = _of_all(notice, rows) if sees_all else _of_a_party(actor, rows, closed)
    return page(
        request,
        "attendance.html" if sees_all else "attendance_own.html",
        status=status,
        form=form,
        notice=notice,
        observation=notice.content.get("observation"),
        days=observation_period(notice.content),
        used=Counter(row["party"] for row in found if row["status"] == "approved"),
        here=f"/notices/{notice.id}/attendance",
        **context,
    )


def _of_all(notice: Notice, rows: Sequence[Row]) -> dict[str, object]:
    """What the host sees, and an auditor, who has no button."""
    return {
        "seats": seats_of(notice, [row.attendance for row in rows]),
        "to_decide": _with(rows, "endorsed", "waitlisted"),
        "approved": _with(rows, "approved"),
        "others": _with(rows, "requested", "declined", "withdrawn", "revoked"),
    }


def _of_a_party(actor: Actor, rows: Sequence[Row], closed: Refused | None) -> dict[str, object]:
    """What another party sees: its own people, and who only observes herself alone."""
    to_endorse = [row for row in rows if "endorse" in row.steps]
    asked = any(is_own(actor, row.attendance) and row.attendance["status"] in OPEN for row in rows)
    return {
        "to_endorse": to_endorse,
        "ours": [row for row in rows if row not in to_endorse],
        "closed": closed.detail if closed is not None else None,
        "may_nominate": closed is None and actor.has("officer"),
        "may_ask": closed is None and actor.has("observer") and not asked,
    }


def _with(rows: Sequence[Row], *statuses: str) -> list[Row]:
    return [row for row in rows if row.attendance["status"] in statuses]


async def _is_told(connection: AsyncConnection, notice: Notice, actor: Actor) -> bool:
    own_row = await reading.recipients_of(connection, notice, actor)
    return any(row["party"] == actor.party for row in own_row)


def _closed(visit: Visit, notice: Notice, told: bool) -> Refused | None:
    """Why the reader's party can propose nobody now; None: it can. The verbs hold the same rules."""
    observation = notice.content.get("observation")
    if not observation or not invites(observation, visit.code, {visit.code} if told else (), visit.directory):
        return NotAllowed(text("The notice does not invite observers of your party. Write to its point of contact."))
    try:
        check_open(notice.status)
        check_reply_by(observation, notice.content["period"]["timezone"], visit.now)
    except LifecycleError as closed:
        return closed
    return None


def _nominate_page(request: Request, form: Form, notice: Notice, status: int = 200) -> Response:
    return page(request, "nominate.html", status=status, form=form, notice=notice)
