"""Acts on one observer: endorsed, approved and answered at once; declined, withdrawn and revoked with a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from notify.errors import LifecycleError, Refused
from notify.language import Text, text
from notify.notices import reading
from notify.observers import attendance, decisions, invitations, replies
from notify.observers.attendance import Attendance
from notify.office import Act
from notify.web.attendance_pages import attendance_page
from notify.web.attendance_rows import steps_for
from notify.web.forms import Form
from notify.web.nomination import reason_of
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import local_path, posted
from notify.web.visit import Visit
from notify.words import word

Reasoned = Callable[[Act, str, dict[str, str] | None], Awaitable[Attendance]]


@dataclass(frozen=True)
class Asking:
    """A step that a page asks a reason for. ``head`` and ``effect`` name the observer as ``%(name)s``."""

    verb: Reasoned
    head: Callable[[str], Text]
    effect: Callable[[str], Text]
    button: Text
    done: Callable[[str], Text]


ASKING: Mapping[str, Asking] = {
    "decline": Asking(
        decisions.decline,
        lambda name: text("Decline %(name)s", name=name),
        lambda name: text("The observer’s party is told, with the reason. No invitation is sent."),
        text("Decline"),
        lambda name: text("%(name)s is declined. Their party is told.", name=name),
    ),
    "withdraw": Asking(
        decisions.withdraw,
        lambda name: text("Withdraw %(name)s", name=name),
        lambda name: text("The host is told, with the reason. A seat that was given is free again."),
        text("Withdraw"),
        lambda name: text("%(name)s is withdrawn. The host is told.", name=name),
    ),
    "revoke": Asking(
        decisions.revoke,
        lambda name: text("Revoke the approval of %(name)s", name=name),
        lambda name: text("The seat is free again, and the event is cancelled in the observer’s calendar."),
        text("Revoke"),
        lambda name: text("The approval of %(name)s is revoked. Their party is told.", name=name),
    ),
}


async def endorse(request: Request) -> Response:
    """POST /attendance/{id}/endorse"""
    return await _at_once(request, decisions.endorse, lambda name: text("%(name)s is endorsed.", name=name))


async def approve(request: Request) -> Response:
    """POST /attendance/{id}/approve"""

    def said(name: str) -> Text:
        return text("%(name)s is approved. The calendar invitation is on its way.", name=name)

    return await _at_once(request, decisions.approve, said)


async def reply(request: Request) -> Response:
    """POST /attendance/{id}/reply"""
    form = await posted(request)
    answer = form.get("reply")

    async def answered(act: Act, attendance_id: str) -> Attendance:
        return await replies.reply(act, attendance_id, answer)

    def said(name: str) -> Text:
        return text("%(name)s: %(reply)s. The host sees it.", name=name, reply=word("reply", answer))

    return await _at_once(request, answered, said, form)


async def resend(request: Request) -> Response:
    """POST /attendance/{id}/resend"""
    return await _at_once(
        request, invitations.resend, lambda name: text("The invitation of %(name)s is on its way again.", name=name)
    )


async def with_reason(request: Request) -> Response:
    """/attendance/{id}/decline, /withdraw and /revoke: GET asks for the reason, POST acts."""
    visit = Visit.of(request)
    actor = visit.signed_in()
    step = request.url.path.rpartition("/")[2]
    asking = ASKING[step]
    async with visit.office.database.read() as connection:
        found = await attendance.get(connection, actor, str(request.path_params["id"]))
        notice = await reading.get(connection, actor, found["notice_id"])
    url = f"/notices/{notice.id}/attendance"
    if request.method == "GET":
        if step not in steps_for(actor, found, notice):
            raise LifecycleError(text("This step is not possible from where the attendance stands. Read it again."))
        form = Form({"next": local_path(request.query_params.get("next", ""), url)})
    else:
        form = await posted(request)
        try:
            reason = reason_of(form)
            async with visit.office.act(actor) as act:
                await asking.verb(act, found["id"], reason)
            return redirect(request, local_path(form.get("next"), url), said=asking.done(found["name"]))
        except Refused as refused:
            form.refuse_whole(refused)
    return page(
        request,
        "reason.html",
        status=422 if form.refused else 200,
        form=form,
        asking=asking,
        head=asking.head(found["name"]),
        effect=asking.effect(found["name"]),
        notice=notice,
        attendance=found,
        next=local_path(form.get("next"), url),
    )


async def _at_once(
    request: Request,
    verb: Callable[[Act, str], Awaitable[Attendance]],
    said: Callable[[str], Text],
    form: Form | None = None,
) -> Response:
    """Do it, and lead back to where the button stood; what is refused is said on the notice's page of observers."""
    visit = Visit.of(request)
    actor = visit.signed_in()
    form = form or await posted(request)
    attendance_id = str(request.path_params["id"])
    async with visit.office.database.read() as connection:
        found = await attendance.get(connection, actor, attendance_id)
    try:
        async with visit.office.act(actor) as act:
            done = await verb(act, attendance_id)
    except Refused as refused:
        form.refuse_whole(refused)
        return await attendance_page(request, found["notice_id"], form, refused.status)
    url = local_path(form.get("next"), f"/notices/{found['notice_id']}/attendance")
    return redirect(request, url, said=said(done["name"]))
