"""The answer link in a calendar invitation: whoever holds it sees the event and answers, without signing in."""

from __future__ import annotations

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response

from notify.errors import LifecycleError
from notify.language import text
from notify.notices.notice import COLUMNS, Notice, from_row
from notify.notices.tables import notices
from notify.notices.times import observation_period, zone_of
from notify.observers import replies
from notify.observers.attendance import Attendance
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit
from notify.words import word


async def answer(request: Request) -> Response:
    """/answer/{token}: GET shows, POST answers; as often as wanted while the approval stands."""
    visit = Visit.of(request)
    token = str(request.path_params["token"])
    found, notice = await _invitation(visit, token)
    if request.method == "GET":
        return _page(request, found, notice, Form())
    form = await posted(request)
    reply = form.get("reply")
    try:
        await replies.reply_by_link(visit.office, token, reply)
    except LifecycleError as refused:
        form.refuse_whole(refused)
        return _page(request, found, notice, form, refused.status)
    said = text("%(host)s sees your answer: %(reply)s.", host=visit.name(notice.state), reply=word("reply", reply))
    return redirect(request, request.url.path, said=said)


async def _invitation(visit: Visit, token: str) -> tuple[Attendance, Notice]:
    """Raises `NotVisible` for a link that is not ours. The link is to this observer's event: it may be read by it
    while she is approved."""
    async with visit.office.database.read() as connection:
        found = await replies.by_link(connection, visit.office, token)
        query = sa.select(*COLUMNS).where(notices.c.id == found["notice_id"])
        return found, from_row((await connection.execute(query)).mappings().one())


def _page(request: Request, found: Attendance, notice: Notice, form: Form, status: int = 200) -> Response:
    asked = request.query_params.get("reply", "")
    return page(
        request,
        "answer.html",
        status=status,
        form=form,
        attendance=found,
        notice=notice,
        days=observation_period(notice.content),
        zone=zone_of(notice.content),
        observation=notice.content.get("observation") or {},
        asked=asked if asked in replies.REPLIES else "accepted",
        approved=found["status"] == "approved",
        stands=found["status"] == "approved" and notice.status == "published",
    )
