"""The grave steps of a notice: postponed, cancelled, completed, withdrawn. Each page first says what will happen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from notify.codes import Language
from notify.errors import Invalid, LifecycleError, Stale
from notify.language import Text, ntext, text
from notify.notices import lifecycle, reading
from notify.notices.bodies import CancelBody, CompleteBody, PostponeBody, WithdrawBody, parse_body
from notify.notices.notice import Notice
from notify.notices.steps import Step
from notify.notices.steps import after as check_step
from notify.office import Act
from notify.web.forms import Body, Form
from notify.web.rendering import page
from notify.web.review import told_words
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit
from notify.web.writing import own_notice

Words = dict[str, str] | None


_REASON = text("Reason")
_READ_BY_ALL = text("Every reader of the notice sees it. It can be left out.")


@dataclass(frozen=True)
class Asking:
    """A step that a page asks about. ``field`` is the free text that goes with it, under ``legend``."""

    step: Step
    head: Text
    effects: tuple[Text, ...]
    observers: Text
    button: Text
    done: Callable[[str], Text]
    act: Callable[[Act, str, Form, str], Awaitable[Notice]]
    field: str = "reason"
    legend: Text = _REASON
    hint: Text = _READ_BY_ALL
    tone: str = "warning"


def _words(found: Mapping[Language, str] | None) -> Words:
    return {str(language): words for language, words in found.items()} if found else None


async def _postpone(act: Act, notice_id: str, form: Form, match: str) -> Notice:
    reason = parse_body(PostponeBody, _given(form, "reason")).reason
    return await lifecycle.postpone(act, notice_id, _words(reason), match)


async def _cancel(act: Act, notice_id: str, form: Form, match: str) -> Notice:
    reason = parse_body(CancelBody, _given(form, "reason")).reason
    return await lifecycle.cancel(act, notice_id, _words(reason), match)


async def _withdraw(act: Act, notice_id: str, form: Form, match: str) -> Notice:
    reason = parse_body(WithdrawBody, _given(form, "reason")).reason
    return await lifecycle.withdraw(act, notice_id, _words(reason), match)


async def _complete(act: Act, notice_id: str, form: Form, match: str) -> Notice:
    remarks = form.free("outcome-remarks")
    outcome = parse_body(CompleteBody, {"outcome": {"remarks": remarks}} if remarks else {}).outcome
    said = _words(outcome.get("remarks") if outcome else None)
    return await lifecycle.complete(act, notice_id, {"remarks": said} if said else None, match)


def _given(form: Form, name: str) -> Body:
    words = form.free(name)
    return {name: words} if words else {}


ASKING: Mapping[str, Asking] = {
    "postpone": Asking(
        "postpone",
        text("Postpone the event"),
        (
            text("The dates are taken back without new ones. Give new dates later: the notice is in force again then."),
            text("Everybody who was told of the notice is told of this."),
        ),
        text("The entry leaves the calendars of the observers; with new dates it comes back."),
        text("Postpone"),
        lambda reference: text("%(reference)s is postponed.", reference=reference),
        _postpone,
    ),
    "cancel": Asking(
        "cancel",
        text("Cancel the event"),
        (
            text("The event will not take place. This cannot be taken back."),
            text("Everybody who was told of the notice is told of this."),
        ),
        text("The entry leaves the calendars of the observers."),
        text("Cancel the event"),
        lambda reference: text("%(reference)s is cancelled.", reference=reference),
        _cancel,
    ),
    "complete": Asking(
        "complete",
        text("Complete the notice"),
        (
            text("The event has taken place. The notice can still be amended."),
            text("Everybody who was told of the notice is told of this."),
        ),
        text("The entry stays in the calendars of the observers."),
        text("Complete"),
        lambda reference: text("%(reference)s is completed.", reference=reference),
        _complete,
        field="outcome-remarks",
        legend=text("Remarks on the outcome"),
        hint=text("How it went, such as what was destroyed or who attended. It can be left out."),
        tone="",
    ),
    "withdraw": Asking(
        "withdraw",
        text("Withdraw the notice: issued in error"),
        (
            text("The notice has no effect from now on, as it should never have been published. This is final."),
            text("It stays readable, marked as issued in error, and its reference is not given again."),
            text("Everybody who was told of the notice is told of this."),
            text("For an event that will not take place, cancel it instead."),
        ),
        text("The entry leaves the calendars of the observers."),
        text("Withdraw the notice"),
        lambda reference: text("%(reference)s is withdrawn as issued in error.", reference=reference),
        _withdraw,
    ),
}


async def ask(request: Request) -> Response:
    """/notices/{id}/postpone, /cancel, /complete and /withdraw: GET says what happens, POST does it"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    asking = ASKING[request.url.path.rpartition("/")[2]]
    form = await posted(request) if request.method == "POST" else Form()
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, str(request.path_params["id"]))
        told = [row["party"] for row in await reading.recipients_of(connection, notice, actor)]
    check_step(asking.step, notice.status, begun=notice.starts_at is not None and notice.starts_at <= visit.now)
    status = 200
    if request.method == "GET":
        form.put("etag", notice.etag)
    else:
        try:
            async with visit.office.act(actor) as act:
                done = await asking.act(act, notice.id, form, f'"{form.get("etag")}"')
            # Not extracted for translation: two sentences side by side.
            said = Text("%(done)s %(told)s", {"done": asking.done(str(done.reference)), "told": told_words(len(told))})
            return redirect(request, f"/notices/{notice.id}", said=said)
        except Stale as refused:
            form.fault(None, text("The notice changed while you were reading. Look at it again before you go on."))
            form.put("etag", notice.etag)
            status = refused.status
        except (Invalid, LifecycleError) as refused:
            form.refuse_whole(refused)
            status = refused.status
    seats = notice.seats_taken
    observers = ntext("%(n)s observer is approved.", "%(n)s observers are approved.", seats) if seats else None
    return page(
        request,
        "step_ask.html",
        status=status,
        form=form,
        notice=notice,
        asking=asking,
        told=told,
        observers=observers,
    )
