"""Acknowledging a revision on the page: a receipt, without prejudice."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.errors import Invalid
from notify.language import Text, text
from notify.notices import acknowledgements, reading
from notify.notices.acknowledgements import Acknowledgement
from notify.notices.bodies import AcknowledgeBody, parse_body
from notify.notices.notice import Notice
from notify.observers import waiting
from notify.web.forms import Form, drop_blanks
from notify.web.notice import notice_page
from notify.web.said import redirect
from notify.web.security import local_path, posted
from notify.web.visit import Visit


async def acknowledge(request: Request) -> Response:
    """POST /notices/{id}/acknowledge: ``revision``, ``statement-{language}``; ``next``: where to go after"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    notice_id = str(request.path_params["id"])
    form = await posted(request)
    body = drop_blanks({"revision": form.integer("revision"), "statement": form.free("statement")})
    assert isinstance(body, dict)
    try:
        parsed = parse_body(AcknowledgeBody, body)
        async with visit.office.act(actor) as act:
            statement = {str(key): value for key, value in parsed.statement.items()} if parsed.statement else None
            receipt, is_new = await acknowledgements.acknowledge(act, notice_id, parsed.revision, statement)
    except Invalid as refused:
        statement_field = f"statement-{visit.language}"
        form.refuse(refused.faults, fields={"/statement": statement_field}, only=[statement_field])
        return await notice_page(request, notice_id, form, refused.status)
    async with visit.office.database.read() as connection:
        notice = await reading.get(connection, actor, notice_id)
        more = await _next(connection, visit)
    return redirect(request, _way_on(form, notice), said=said(visit, notice, receipt, is_new=is_new), more=more)


def said(visit: Visit, notice: Notice, receipt: Acknowledgement, *, is_new: bool) -> Text:
    """Who acknowledged what, and who sees it since when."""
    party, host = visit.name(receipt["party"]), visit.name(notice.state)
    facts = {"party": party, "reference": notice.reference, "n": receipt["revision"], "host": host}
    if is_new:
        return text(
            "%(party)s acknowledged %(reference)s, revision %(n)s. %(host)s sees it since %(time)s.",
            time=visit.clock(receipt["at"]),
            **facts,
        )
    return text(
        "%(party)s had acknowledged %(reference)s, revision %(n)s, already. %(host)s sees it since %(day)s.",
        day=visit.day(receipt["at"]),
        **facts,
    )


async def _next(connection: AsyncConnection, visit: Visit) -> tuple[Text, str] | None:
    """The notice that waits next for an acknowledgement."""
    waits = await waiting.to_acknowledge(connection, visit.code, limit=1)
    return (text("Next notice"), f"/notices/{waits[0].id}") if waits else None


def _way_on(form: Form, notice: Notice) -> str:
    return local_path(form.get("next"), f"/notices/{notice.id}")
