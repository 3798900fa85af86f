"""What only a demonstration has: changing the account with one click, and the mails that would have been sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from notify.accounts import person
from notify.accounts.tables import people
from notify.digits import whole
from notify.errors import NotVisible
from notify.office import Office
from notify.web import demo_mail
from notify.web.demo_accounts import address_of
from notify.web.demo_mail import Mail
from notify.web.opening import entered, open_session
from notify.web.rendering import page
from notify.web.security import CONTENT_SECURITY_POLICY, local_path, posted

PER_PAGE = 25

HTML_POLICY = "; ".join(
    (
        "sandbox allow-top-navigation-by-user-activation",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
"""A mail's HTML is a document of its own that can do nothing but be clicked: no script, no form, nothing loaded."""

Found = TypeVar("Found")


async def see_as(request: Request) -> Response:
    """POST /demo/as: a session for an account of the demonstration, without a password, in place of the one before."""
    _only_here(request)
    form = await posted(request)
    address = address_of(request, form.get("as"), form.get("party"), form.get("role"))
    office: Office = request.app.state.office
    async with office.database.read() as connection:
        person_id = await connection.scalar(sa.select(people.c.id).where(people.c.email == address, people.c.active))
        found = await person.get(connection, person_id) if person_id is not None else None
    if found is None:
        raise NotVisible()
    async with office.act(found.actor()) as act:
        token = await open_session(request, act, found.id)
    return await entered(request, token, local_path(form.get("next")))


async def mails(request: Request) -> Response:
    """/demo/mail: newest first, ``to`` searches in the addresses."""
    _only_here(request)
    to = request.query_params.get("to", "").strip()
    number = _number(request.query_params.get("page", "1"))
    found = await _off_loop(lambda: demo_mail.listed(_folder(request), to))
    first = (number - 1) * PER_PAGE
    return page(
        request,
        "demo_mail_list.html",
        to=to,
        total=len(found),
        mails=found[first : first + PER_PAGE],
        previous=_page_url(to, number - 1) if number > 1 else None,
        following=_page_url(to, number + 1) if first + PER_PAGE < len(found) else None,
    )


async def mail(request: Request) -> Response:
    """/demo/mail/{name}: headers, the HTML as a frame, the text, the calendar."""
    _only_here(request)
    response = page(request, "demo_mail.html", mail=await _mail(request))
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


async def mail_html(request: Request) -> Response:
    """/demo/mail/{name}/html"""
    _only_here(request)
    found = await _mail(request)
    if not found.html:
        raise NotVisible()
    headers = {"Content-Security-Policy": HTML_POLICY, "X-Frame-Options": "SAMEORIGIN", "Cache-Control": "no-store"}
    return HTMLResponse(found.html, headers=headers)


async def mail_calendar(request: Request) -> Response:
    """/demo/mail/{name}/invite.ics"""
    _only_here(request)
    found = await _mail(request)
    if not found.calendar:
        raise NotVisible()
    kind = f"text/calendar; charset=utf-8; method={found.method}" if found.method else "text/calendar; charset=utf-8"
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"', "Content-Type": kind}
    return Response(found.calendar.encode(), headers=headers)


async def _mail(request: Request) -> Mail:
    name = str(request.path_params["name"])
    found = await _off_loop(lambda: demo_mail.read(_folder(request), name))
    if found is None:
        raise NotVisible()
    return found


async def _off_loop(read: Callable[[], Found]) -> Found:
    return await asyncio.to_thread(read)


def _only_here(request: Request) -> None:
    """These pages let everybody in and show everybody's mail: a node that is no demonstration has none of them."""
    if not getattr(request.app.state, "demonstration", False):
        raise NotVisible()


def _folder(request: Request) -> Path:
    office: Office = request.app.state.office
    return office.settings.data_dir / "mail"


def _number(value: str) -> int:
    return whole(value, 6) or 1


def _page_url(to: str, number: int) -> str:
    return "/demo/mail?" + urlencode([("to", to)] * bool(to) + [("page", str(number))])
