"""Who opens a page: the session's person, their party, and what the frame shows of it. The API ignores cookies."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from notify.accounts import sessions
from notify.actor import WORKER
from notify.delivery import workers
from notify.observers import waiting
from notify.office import Office
from notify.parties import directory
from notify.web import demo_accounts
from notify.web.cookies import SESSION, read_cookie
from notify.web.visit import Visit

_NOT_PAGES = ("/api/", "/feeds/", "/static/", "/healthz", "/readyz", "/metrics", "/.well-known/")


class Visitors:
    """Middleware: one read for a page sets ``request.state``'s actor, party, directory, counts and worker_missing.

    In a demonstration it sets demo_accounts too.
    """

    def __init__(self, app: ASGIApp, office: Office, demonstration: bool = False) -> None:
        self.app = app
        self.office = office
        self.demonstration = demonstration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(_NOT_PAGES):
            await self._meet(scope)
            if self.demonstration:
                scope["state"]["demo_accounts"] = demo_accounts.accounts(Request(scope))
        await self.app(scope, receive, send)

    async def _meet(self, scope: Scope) -> None:
        state = scope.setdefault("state", {})
        token = read_cookie(HTTPConnection(scope), self.office.settings, SESSION)
        async with self.office.database.read() as connection:
            parties = await directory.load(connection, self.office.clock())
            state["directory"] = parties
            state["worker_missing"] = not await workers.is_running(connection)
            found = await sessions.find(connection, token, self.office.clock()) if token else None
            if found is None:
                return
            actor = replace(found.actor, request_id=state.get("request_id", ""))
            state["actor"] = actor
            state["session_id"] = found.id
            state["party"] = parties.party(actor.party) if actor.party else None
            state["counts"] = await waiting.counts(connection, actor, Visit.of(Request(scope)).today)
        if found.stale:
            async with self.office.act(WORKER) as act:
                await sessions.touch(act, found.id)
