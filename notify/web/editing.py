"""Writing a draft: the list of its steps, the form of each, and beside them who would be told."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from notify.errors import Fault, LifecycleError, Stale
from notify.language import text
from notify.notices import content as rules
from notify.notices import drafts
from notify.notices.changes import changes
from notify.notices.known import Known
from notify.notices.notice import Content
from notify.notices.steps import after as check_step
from notify.web import form_place, notice_changes, observers_dates
from notify.web.form_steps import STEPS, Step, after, put_faults, step_of, tasks
from notify.web.forms import Form
from notify.web.lead_time import lead_time
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.telling import telling
from notify.web.visit import Visit
from notify.web.writing import Writing, keep_right, own_notice, with_fields


@dataclass(frozen=True)
class Written:
    """A form as it was sent: the notice that it means, and what is wrong with that."""

    content: Content
    faults: list[Fault]


async def listing(request: Request) -> Response:
    """GET /notices/{id}/edit"""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, _id(request))
        if notice.status == "submitted":
            return RedirectResponse(f"/notices/{notice.id}/review", status_code=303)
        check_step("edit", notice.status)
        told = await telling(connection, visit, notice.content)
    _, faults = rules.examine(notice.content, Known.of(visit.directory))
    return page(
        request,
        "form_tasks.html",
        notice=notice,
        tasks=tasks(notice.content, faults, rules.missing(notice.content)),
        lead=lead_time(visit, notice),
        telling=told,
    )


async def show(request: Request) -> Response:
    """GET /notices/{id}/edit/{step}"""
    visit, step = Visit.of(request), step_of(str(request.path_params["step"]))
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, _id(request))
    check_step("edit", notice.status)
    writing = Writing(visit, notice)
    form = filled(step, writing)
    return await _step_page(request, step, writing, form)


async def save(request: Request) -> Response:
    """POST /notices/{id}/edit/{step}: what is right is saved; the rest stays in the form with its fault"""
    visit, step = Visit.of(request), step_of(str(request.path_params["step"]))
    actor = visit.signed_in()
    form = await posted(request)
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, _id(request))
    writing = Writing(visit, notice)
    if rearranged(form):
        return await _step_page(request, step, writing, form)
    known = Known.of(visit.directory)
    written = read(step, writing, form, known)
    wanted = written.content
    if form.refused:
        wanted = keep_right(notice.content, written.content, unreadable(form), known)
    saved = notice
    if wanted != notice.content:
        try:
            async with visit.office.act(actor) as act:
                saved = await drafts.replace(act, notice.id, wanted, f'"{form.get("etag")}"')
        except Stale:
            return await _changed_meanwhile(request, step, writing, form, written.content)
        except LifecycleError as refused:
            form.refuse_whole(refused)
            return await _step_page(request, step, writing, form, refused.status)
    if form.refused:
        form.put("etag", saved.etag)
        return await _step_page(request, step, Writing(visit, saved), form, 422, kept=saved is not notice)
    following = after(step)
    if form.has("later"):
        return redirect(request, f"/notices/{notice.id}/edit", said=text("Saved as a draft."))
    where = f"edit/{following.key}" if following is not None else "review"
    return RedirectResponse(f"/notices/{notice.id}/{where}", status_code=303)


async def preview(request: Request) -> Response:
    """POST /notices/{id}/edit/{step}/preview: what stands beside the form, for what is typed now; saves nothing"""
    visit, step = Visit.of(request), step_of(str(request.path_params["step"]))
    form = await posted(request)
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, _id(request))
        written = read(step, Writing(visit, notice), form, Known.of(visit.directory))
        right = keep_right(notice.content, written.content, unreadable(form), Known.of(visit.directory))
        told = await telling(connection, visit, right)
    renderer = request.app.state.renderer
    html = renderer.html(request, "_form_side.html", notice=notice, lead=lead_time(visit, notice, right), telling=told)
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


def filled(step: Step, writing: Writing) -> Form:
    """The form of a step with what the notice says."""
    form = Form.filled(writing.content, writing.visit.language)
    form.put("etag", writing.notice.etag)
    step.form.fill(form, writing)
    return form


def rearranged(form: Form) -> bool:
    """Whether a button of a row, or the one that exchanges latitude and longitude, was pressed: nothing is saved."""
    if form.has("swap"):
        form_place.swap(form)
        return True
    return form.rearranged()


def read(step: Step, writing: Writing, form: Form, known: Known) -> Written:
    """What a step's form means, with its faults beside their fields.

    Where new dates leave those of the observers outside, the form asks for these too, moved by as many days.
    """
    fields = step.form.read(form, writing)
    content = with_fields(writing.content, fields)
    _, faults = rules.examine(content, known)
    if step.key == "when-where" and observers_dates.concerned(faults) and not form.has(observers_dates.MARK):
        observers_dates.ask(form, writing, content["period"].get("starts"))
        form.fault(observers_dates.MARK, text("The observers’ dates no longer fit those of the notice: check them."))
        content = with_fields(writing.content, step.form.read(form, writing))
        _, faults = rules.examine(content, known)
    put_faults(form, step, writing, faults)
    return Written(content, faults)


def unreadable(form: Form) -> list[str]:
    """The fields whose parts of a notice stay as they were; new dates too, until the observers’ are checked."""
    waiting = ("period", "observation") if observers_dates.MARK in form.errors else ()
    return [*form.errors, *waiting]


async def _changed_meanwhile(request: Request, step: Step, writing: Writing, form: Form, typed: Content) -> Response:
    """Another window or person saved the draft since the form was opened: both are shown, and the next save counts."""
    form.fault(
        None,
        text(
            "This draft was changed while you were writing, and nothing of yours is saved yet."
            " Compare both below; save again to put yours in its place."
        ),
    )
    form.put("etag", writing.notice.etag)
    rows = notice_changes.rows(writing.visit, changes(writing.content, typed), typed)
    return await _step_page(request, step, writing, form, Stale.status, meanwhile=rows)


async def _step_page(
    request: Request,
    step: Step,
    writing: Writing,
    form: Form,
    status: int = 200,
    kept: bool = False,
    meanwhile: list[notice_changes.Row] | None = None,
) -> Response:
    visit, notice = writing.visit, writing.notice
    async with visit.office.database.read() as connection:
        told = await telling(connection, visit, notice.content)
    return page(
        request,
        "form_step.html",
        status=status,
        form=form,
        notice=notice,
        step=step,
        number=STEPS.index(step) + 1,
        count=len(STEPS),
        amending=False,
        kept=kept,
        meanwhile=meanwhile,
        lead=lead_time(visit, notice),
        telling=told,
        **step.form.context(form, writing),
    )


def _id(request: Request) -> str:
    return str(request.path_params["id"])
