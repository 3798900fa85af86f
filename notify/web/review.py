"""The last look before publication: the notice as it will be read, what is missing, who is told; and its release."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from notify.errors import Fault, LifecycleError, NotAllowed, NotVisible, Refused
from notify.labels import label
from notify.language import Text, ntext, text
from notify.notices import content as rules
from notify.notices import drafts, lifecycle, reading
from notify.notices.known import Known
from notify.notices.notice import Notice
from notify.notices.steps import possible
from notify.office import Act
from notify.web import notice_parts
from notify.web.form_steps import Step, step_for
from notify.web.form_what import NOT_ADVISED
from notify.web.forms import Form
from notify.web.lead_time import lead_time
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.telling import telling
from notify.web.visit import Visit
from notify.web.writing import own_notice

Verb = Callable[[Act, str, str | None], Awaitable[Notice]]


@dataclass(frozen=True)
class Lack:
    """What publication still needs, or what is wrong, and the step in which to correct it."""

    words: Text
    step: Step | None


async def show(request: Request) -> Response:
    """GET /notices/{id}/review"""
    return await _review_page(request, Form())


async def publish(request: Request) -> Response:
    """POST /notices/{id}/publish"""
    return await _released(request, lifecycle.publish, _published)


async def submit(request: Request) -> Response:
    """POST /notices/{id}/submit"""
    return await _released(request, drafts.submit, _submitted)


async def send_back(request: Request) -> Response:
    """POST /notices/{id}/return"""
    return await _released(request, drafts.send_back, _sent_back)


def told_words(n: int) -> Text:
    """“6 parties are being told.”"""
    return ntext("%(n)s party is being told.", "%(n)s parties are being told.", n) if n else text("Nobody is told.")


def _published(notice: Notice, told: int) -> tuple[Text, str]:
    said = text("Published as %(reference)s. %(told)s", reference=notice.reference, told=told_words(told))
    return said, f"/notices/{notice.id}"


def _submitted(notice: Notice, told: int) -> tuple[Text, str]:
    return text("Submitted. An officer of your state publishes it or returns it."), f"/notices/{notice.id}"


def _sent_back(notice: Notice, told: int) -> tuple[Text, str]:
    return text("Returned as a draft: it can be changed again."), f"/notices/{notice.id}/edit"


async def _released(request: Request, verb: Verb, said: Callable[[Notice, int], tuple[Text, str]]) -> Response:
    visit = Visit.of(request)
    actor = visit.signed_in()
    form = await posted(request)
    try:
        async with visit.office.act(actor) as act:
            notice = await verb(act, str(request.path_params["id"]), f'"{form.get("etag")}"')
            told = len(await reading.recipients_of(act.connection, notice, actor))
    except (NotVisible, NotAllowed):
        raise
    except Refused as refused:
        form.fault(None, refused.detail)
        return await _review_page(request, form, refused.status)
    words, url = said(notice, told)
    return redirect(request, url, said=words)


async def _review_page(request: Request, form: Form, status: int = 200) -> Response:
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice = await own_notice(connection, visit, str(request.path_params["id"]))
        told = await telling(connection, visit, notice.content)
    steps = possible(notice.status)
    if "publish" not in steps:
        raise LifecycleError(text("This notice is published already. Read it to see where it stands."))
    _, wrong = rules.examine(notice.content, Known.of(visit.directory))
    return page(
        request,
        "review.html",
        status=status,
        form=form,
        notice=notice,
        sheet=notice_parts.of_notice(notice, None),
        lacking=_lacking(wrong, rules.missing(notice.content)),
        steps=steps,
        lead=lead_time(visit, notice),
        telling=told,
        not_advised=(notice.content.get("content") or {}).get("method") in NOT_ADVISED,
    )


def _lacking(wrong: Sequence[Fault], missing: Sequence[Fault]) -> list[Lack]:
    # Not extracted for translation: a field and what is wrong with it.
    faults = [Text("%(field)s: %(fault)s", {"field": label(fault.pointer), "fault": fault.detail}) for fault in wrong]
    words = [*faults, *(label(fault.pointer) for fault in missing)]
    return [Lack(each, step_for(fault.pointer)) for each, fault in zip(words, [*wrong, *missing], strict=True)]
