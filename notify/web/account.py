"""One's own account: language, password, and the sessions that are open."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import own, passwords, person, sessions
from notify.accounts.throttle import Throttle
from notify.actor import Actor
from notify.errors import Invalid
from notify.language import Text, ntext, text
from notify.web.forms import Form
from notify.web.languages import forget
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit, visitor_address

_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
)
"""In this order: each names the ones after it as well."""

_SYSTEMS = (
    ("iOS", r"\b(?:iPhone|iPad)\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)

_CHANGED = text(
    "Your password is changed. Sessions in other browsers are closed; your API tokens still work: look through them."
)


async def account(request: Request) -> Response:
    """GET /account"""
    return await _show(request, Form())


async def set_language(request: Request) -> Response:
    """POST /account/language"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    form = await posted(request)
    try:
        async with visit.office.act(actor) as act:
            await own.set_language(act, form.get("language"))
    except Invalid as refused:
        form.refuse(refused.faults)
        return await _show(request, form, 422)
    response = redirect(request, "/account", said=text("Pages and mails are in this language from now on."))
    forget(response, visit.office.settings)
    return response


async def change_password(request: Request) -> Response:
    """POST /account/password: the present one is asked for again; other sessions are closed."""
    visit = Visit.of(request)
    actor = visit.signed_in()
    form = await posted(request)
    if not await _may_change(request, visit, actor, form):
        return await _show(request, form, 422)
    hashed = await passwords.hash_password(form.get("new"))
    async with visit.office.act(actor) as act:
        await own.change_password(act, hashed, keep=request.state.session_id)
    return redirect(request, "/account", said=_CHANGED)


async def close_session(request: Request) -> Response:
    """POST /account/sessions: closes the one named, or all but this one."""
    visit = Visit.of(request)
    actor = visit.signed_in()
    form = await posted(request)
    async with visit.office.act(actor) as act:
        if form.has("session"):
            await sessions.close(act, form.get("session"))
            closed = 1
        else:
            closed = await sessions.close_others(act, keep=request.state.session_id)
    said = ntext("%(n)s session is closed.", "%(n)s sessions are closed.", closed)
    return redirect(request, "/account", said=said)


async def _may_change(request: Request, visit: Visit, actor: Actor, form: Form) -> bool:
    """Raises `TooMany`: whoever finds a browser open must not guess the password there without end."""
    async with visit.office.database.read() as connection:
        me = await person.get(connection, actor.person_id or "")
    email = me.email if me is not None else ""
    try:
        passwords.check(form.get("new"), email, pointer="/new")
    except Invalid as refused:
        form.refuse(refused.faults)
    throttle: Throttle = request.app.state.throttle
    who, where = visit.office.vault.pseudonym(email), visitor_address(request)
    await throttle.try_sign_in(who, where)
    try:
        async with visit.office.database.read() as connection:
            await own.check_password(connection, actor.person_id or "", form.get("current"))
    except Invalid as refused:
        form.refuse(refused.faults)
    else:
        await throttle.signed_in(who, where)
    return not form.refused


async def _show(request: Request, form: Form, status: int = 200) -> Response:
    visit = Visit.of(request)
    actor = visit.signed_in()
    async with visit.office.database.read() as connection:
        me = await person.get(connection, actor.person_id or "")
        opened = await sessions.list_of(connection, actor.person_id or "", visit.now)
    if not form.has("language"):
        form.put("language", actor.language)
    return page(
        request,
        "account.html",
        status=status,
        form=form,
        person=me,
        sessions=[(session, browser_words(session.browser)) for session in opened],
        this_session=request.state.session_id,
    )


def browser_words(user_agent: str) -> Text:
    """“Firefox on Windows”, as well as a User-Agent header tells it."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, user_agent)), None)
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, user_agent)), None)
    if browser is not None and system is not None:
        return text("%(browser)s on %(system)s", browser=browser, system=system)
    return text("Another browser")
