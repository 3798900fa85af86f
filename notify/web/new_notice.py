"""A new draft: of one of the three measures, or copied from a notice of ours; and a draft that is deleted."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notify.errors import Invalid, NotAllowed, Refused
from notify.language import Text, text
from notify.notices import content as rules
from notify.notices import drafts, reading
from notify.notices.known import Known
from notify.notices.notice import Content, Notice
from notify.notices.reading import Filters
from notify.notices.steps import after as check_step
from notify.web import observers_dates
from notify.web.forms import Body, Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit
from notify.web.writing import keep_right, may_post, own_notice

_RECENT = 5

MEASURES = {
    "4": text("An exercise, or an operation outside the usual: a manoeuvre, a drill at sea, a rescue exercise."),
    "5": text("Others are invited to see a base, an academy, a demonstration or an exercise."),
    "18": text("Small arms, light weapons or their ammunition are destroyed, of a surplus or seized ones."),
}
"""What belongs where."""


async def new(request: Request) -> Response:
    """/notices/new: GET asks for the measure, POST makes the draft"""
    visit = Visit.of(request)
    may_post(visit)
    if request.method == "GET":
        return await _new_page(request, visit, Form())
    form = await posted(request)
    measure = form.choice("measure")
    title = form.free("title")
    if measure not in MEASURES:
        form.fault("measure", text("Choose what the notice is about."))
        return await _new_page(request, visit, form, 422)
    body: Body = {"measure": int(measure), "state": visit.code}
    if title:
        body["title"] = title
    try:
        async with visit.office.act(visit.signed_in()) as act:
            made = await drafts.create(act, body)
    except Invalid as refused:
        form.refuse(refused.faults)
        return await _new_page(request, visit, form, 422)
    return RedirectResponse(f"/notices/{made.id}/edit", status_code=303)


async def copy(request: Request) -> Response:
    """/notices/{id}/copy: a notice of ours as a new draft, on other dates"""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice = await reading.get(connection, visit.signed_in(), str(request.path_params["id"]))
    may_post(visit)
    if notice.state != visit.code:
        raise NotAllowed(text("Only a notice of your own state can be copied."))
    form = Form() if request.method == "GET" else await posted(request)
    if request.method == "POST":
        starts = form.date("starts")
        if not form.refused:
            body = _copied(visit, notice, starts)
            try:
                async with visit.office.act(visit.signed_in()) as act:
                    made = await drafts.create(act, body)
                return redirect(request, f"/notices/{made.id}/edit", said=_said(body))
            except Refused as refused:
                form.refuse_whole(refused)
    return page(request, "copy.html", status=422 if form.refused else 200, form=form, notice=notice)


async def delete(request: Request) -> Response:
    """/notices/{id}/delete: GET asks, POST deletes the draft"""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, str(request.path_params["id"]))
    check_step("delete", notice.status)
    form = Form() if request.method == "GET" else await posted(request)
    if request.method == "POST":
        try:
            async with visit.office.act(visit.signed_in()) as act:
                await drafts.delete(act, notice.id, f'"{form.get("etag")}"')
            return redirect(request, "/notices", said=text("The draft is deleted. Nobody was told of it."))
        except Refused as refused:
            form.refuse_whole(refused)
    return page(request, "delete.html", status=422 if form.refused else 200, form=form, notice=notice)


async def _new_page(request: Request, visit: Visit, form: Form, status: int = 200) -> Response:
    async with visit.office.database.read() as connection:
        recent, _ = await reading.page(connection, visit.signed_in(), Filters(posted_by=visit.code), _RECENT)
    return page(request, "new.html", status=status, form=form, examples=MEASURES, recent=recent)


def _copied(visit: Visit, notice: Notice, starts: str | None) -> Content:
    """The notice without what belongs to that one event; its dates moved to a new start, or left out."""
    kept = {name: value for name, value in notice.content.items() if name not in ("note_reference", "outcome")}
    bare = observers_dates.without(kept)
    if starts is None or "period" not in kept:
        wanted = bare
    else:
        days = (date.fromisoformat(starts) - date.fromisoformat(kept["period"]["starts"][:10])).days
        wanted = observers_dates.moved(kept, days)
    known = Known.of(visit.directory)
    _, faults = rules.examine(wanted, known)
    if not faults:
        return wanted
    # A group that has ended since, a time that the clocks jump over this year: such a part is left out.
    start: Content = {"measure": notice.measure, "state": notice.state}
    return keep_right(start, wanted, (), known)


def _said(body: Content) -> Text:
    if "period" in body:
        return text("Copied as a draft. Check its dates before you publish it.")
    return text("Copied as a draft. It has no dates yet.")
