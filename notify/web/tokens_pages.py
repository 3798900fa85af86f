"""Tokens for programs: made here, shown once, revoked; a manager sees those of all her party's people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import tokens
from notify.actor import SCOPES
from notify.errors import Refused
from notify.language import text
from notify.web.forms import Form
from notify.web.rendering import page
from notify.web.said import redirect
from notify.web.security import posted
from notify.web.visit import Visit

LASTS = (30, 90, 180, 366)
"""The days that the page offers; the API takes any number of them."""


async def show(request: Request) -> Response:
    """GET /tokens"""
    form = Form({"days": "90"})
    return await _page(request, form)


async def create(request: Request) -> Response:
    """POST /tokens: the answer shows the secret, this once."""
    visit = Visit.of(request)
    actor = visit.signed_in()
    form = await posted(request)
    days = form.integer("days")
    name, scopes = form.text("name") or "", form.choices("scopes")
    if form.refused:
        return await _page(request, form, status=422)
    try:
        async with visit.office.act(actor) as act:
            secret, token = await tokens.create(act, name, scopes, days or 0)
    except Refused as refused:
        form.refuse_whole(refused)
        return await _page(request, form, status=refused.status)
    return await _page(request, Form({"days": "90"}), made=(token.name, secret))


async def revoke(request: Request) -> Response:
    """POST /tokens/{id}/revoke"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    await posted(request)
    async with visit.office.act(actor) as act:
        await tokens.revoke(act, str(request.path_params["id"]))
    return redirect(request, "/tokens", said=text("The token is revoked: no program can use it any more."))


async def _page(request: Request, form: Form, *, status: int = 200, made: tuple[str, str] | None = None) -> Response:
    visit = Visit.of(request)
    actor = visit.signed_in()
    async with visit.office.database.read() as connection:
        mine = await tokens.list_of(connection, actor.person_id or "", visit.now)
        others = []
        if actor.has("manager") and actor.party is not None:
            party = await tokens.list_of_party(connection, actor.party, visit.now)
            others = [token for token in party if token.person_id != actor.person_id]
    usable = [scope for scope in SCOPES if scope in actor.scopes]
    return page(
        request,
        "tokens.html",
        status=status,
        form=form,
        made=made,
        mine=mine,
        others=others,
        usable=usable,
        lasts=LASTS,
    )
