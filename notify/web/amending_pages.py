"""Amending a published notice: one step at a time, what changes field by field before it is published, then the act."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notify.errors import Invalid, LifecycleError, Stale
from notify.language import text
from notify.notices import lifecycle, reading
from notify.notices.amending import amend
from notify.notices.changes import changes
from notify.notices.known import Known
from notify.notices.notice import Content, Notice
from notify.notices.steps import after as check_step
from notify.web import notice_changes
from notify.web.editing import filled, read, rearranged
from notify.web.form_steps import STEPS, Step, put_faults, step_of
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.review import told_words
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.telling import telling
from notify.web.visit import Visit
from notify.web.writing import Writing, own_notice

_DAYS = ("/period", "/observation/period")
_NOT_SENT_ALONG = frozenset({"csrf", "confirm", "back"})


async def listing(request: Request) -> Response:
    """GET /notices/{id}/amend"""
    visit = Visit.of(request)
    notice = await _amendable(request, visit)
    return page(request, "amend.html", notice=notice, steps=STEPS)


async def show(request: Request) -> Response:
    """GET /notices/{id}/amend/{step}"""
    visit, step = Visit.of(request), step_of(str(request.path_params["step"]))
    writing = Writing(visit, await _amendable(request, visit))
    return _step_page(request, step, writing, filled(step, writing))


async def send(request: Request) -> Response:
    """POST /notices/{id}/amend/{step}: shows what would change; sent again with ``confirm`` it is published"""
    visit, step = Visit.of(request), step_of(str(request.path_params["step"]))
    form = await posted(request)
    writing = Writing(visit, await _amendable(request, visit))
    if rearranged(form) or form.has("back"):
        return _step_page(request, step, writing, form)
    written = read(step, writing, form, Known.of(visit.directory))
    changed = _changed(step, writing, form, written.content)
    reason = form.free("reason")
    amended = _result(step, writing, form, changed, reason)
    if form.refused or amended is None:
        return _step_page(request, step, writing, form, 422)
    if not form.has("confirm"):
        in_force = writing.notice.status == "postponed" and "period" in changed
        return await _confirm_page(request, step, writing, form, amended, back_in_force=in_force)
    try:
        async with visit.office.act(visit.signed_in()) as act:
            notice = await lifecycle.amend(act, writing.notice.id, changed, reason, f'"{form.get("etag")}"')
            told = len(await reading.recipients_of(act.connection, notice, act.actor))
    except Stale:
        form.fault(None, text("The notice was amended while you were writing. Compare with the notice as it stands."))
    except LifecycleError as refused:
        form.refuse_whole(refused)
    except Invalid as refused:
        put_faults(form, step, writing, refused.faults)
    else:
        said = text("Revision %(n)s of %(reference)s is published. %(told)s",
                    n=notice.revision, reference=notice.reference, told=told_words(told))  # fmt: skip
        return redirect(request, f"/notices/{notice.id}", said=said)
    form.put("etag", writing.notice.etag)
    return _step_page(request, step, writing, form, 409)


async def _amendable(request: Request, visit: Visit) -> Notice:
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, str(request.path_params["id"]))
    check_step("amend", notice.status)
    return notice


def _changed(step: Step, writing: Writing, form: Form, content: Content) -> dict[str, Any]:
    """The fields at the top that say something else; the dates of a postponed notice when they are set anew."""
    before = writing.content
    fields = (*step.fields, "observation") if step.key == "when-where" else step.fields
    found = {
        field: content.get(field)
        for field in fields
        if changes({field: before.get(field)}, {field: content.get(field)})
    }
    if step.key == "when-where" and writing.notice.status == "postponed":
        # Naming the dates ends the postponement, so that they are named only when they are meant.
        found.pop("period", None)
        if form.flag("new_dates"):
            found["period"] = content.get("period")
    return found


def _result(
    step: Step, writing: Writing, form: Form, changed: dict[str, Any], reason: dict[str, str] | None
) -> Content | None:
    """The notice with the changes; None, with the faults in the form, when it cannot be amended so."""
    notice = writing.notice
    try:
        return amend(
            notice.content,
            {**changed, "reason": reason} if reason else changed,
            Known.of(writing.visit.directory),
            seats_taken=notice.seats_taken,
            postponed=notice.status == "postponed",
        ).content
    except Invalid as refused:
        put_faults(form, step, writing, refused.faults)
    return None


def _step_page(request: Request, step: Step, writing: Writing, form: Form, status: int = 200) -> Response:
    return page(
        request,
        "form_step.html",
        status=status,
        form=form,
        notice=writing.notice,
        step=step,
        amending=True,
        kept=False,
        meanwhile=None,
        **step.form.context(form, writing),
    )


async def _confirm_page(
    request: Request, step: Step, writing: Writing, form: Form, amended: Content, *, back_in_force: bool
) -> Response:
    visit, notice = writing.visit, writing.notice
    found = changes(notice.content, amended)
    status = notice_changes.status_row(visit, notice.status, "published") if back_in_force else None
    async with visit.office.database.read() as connection:
        before = [row["party"] for row in await reading.recipients_of(connection, notice, visit.signed_in())]
        told = await telling(connection, visit, amended, earlier=before)
    sent = (await request.form(max_fields=3000)).multi_items()
    return page(
        request,
        "amend_confirm.html",
        form=form,
        notice=notice,
        step=step,
        rows=[*([status] if status else []), *notice_changes.rows(visit, found, amended)],
        back_in_force=back_in_force,
        reason=form.free("reason"),
        sent=[(name, value) for name, value in sent if isinstance(value, str) and name not in _NOT_SENT_ALONG],
        telling=told,
        newly_told=[each.party for each in told.parties if each.party not in before],
        observers_move=back_in_force or any(change["pointer"].startswith(_DAYS) for change in found),
        revokes=bool(notice.content.get("observation")) and not amended.get("observation"),
    )
