"""Browsers without script on the pages of notices: the real middleware and routes, over ASGI, on one office."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.middleware import Middleware

from notify.accounts import sessions
from notify.actor import COMMAND, Actor
from notify.http_errors import exception_handlers
from notify.notices import drafts, lifecycle, signatures
from notify.notices.notice import Notice
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.web.cookies import SESSION
from notify.web.notices_routes import ROUTES
from notify.web.rendering import Renderer
from notify.web.security import SecurityHeaders
from notify.web.visitors import Visitors
from tests.support.notices import example
from tests.support.pages import Page
from tests.support.people import enrol


@dataclass
class Browser:
    """One person's browser, or the public's."""

    client: AsyncClient

    async def get(self, path: str, status: int = 200) -> str:
        """The words of a page as a reader sees them: no tags, single spaces."""
        return words_of(await self.raw(path, status))

    async def raw(self, path: str, status: int = 200) -> str:
        """The text of an answer, whose status must be this one."""
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, path: str, page: str, **fields: str) -> Response:
        """Send a form as the page at ``page`` would, with that page's token."""
        if "csrf" not in fields:
            fields["csrf"] = Page(await self.raw(page)).csrf
        return await self.client.post(path, data=fields, headers={"Sec-Fetch-Site": "same-origin"})


class Town:
    """Opens browsers on an office, whose notices are followed by their observers."""

    def __init__(self, office: Office) -> None:
        self.office = replace(office, followers=(follow_revision,))
        self.app = Starlette(
            routes=ROUTES,
            middleware=[
                Middleware(SecurityHeaders, settings=office.settings),
                Middleware(Visitors, office=self.office),
            ],
            exception_handlers=exception_handlers(),
        )
        self.app.state.office = self.office
        self.app.state.renderer = Renderer(self.office)

    @asynccontextmanager
    async def visit(self, actor: Actor | None = None) -> AsyncIterator[Browser]:
        """A browser in which ``actor`` has signed in."""
        base = self.office.settings.base_url
        async with AsyncClient(
            transport=ASGITransport(self.app), base_url=base, headers={"Accept-Language": "en"}
        ) as client:
            if actor is not None:
                assert actor.person_id is not None
                async with self.office.act(actor) as act:
                    token, _ = await sessions.open(act, actor.person_id, "test")
                client.cookies.set(SESSION, token)
            yield Browser(client)


@dataclass
class Story:
    """Officers of Peru, Bolivia and Jamaica, and what they do and read."""

    town: Town
    peru: Actor
    bolivia: Actor
    jamaica: Actor

    @classmethod
    async def begin(cls, office: Office) -> Story:
        """A story on an office without people."""
        async with office.act(COMMAND) as act:
            await signatures.ensure_key(act)
        people = [await enrol(office, code, "officer", name=f"Officer {code}") for code in ("PER", "BOL", "JAM")]
        return cls(Town(office), *people)

    @property
    def office(self) -> Office:
        """The services behind the pages."""
        return self.town.office

    async def publish(self, body: dict[str, Any] | None = None, officer: Actor | None = None) -> Notice:
        """A notice, the example's exercise, published by Peru's officer or another."""
        async with self.office.act(officer or self.peru) as act:
            draft = await drafts.create(act, body or example("exercise"))
            return await lifecycle.publish(act, draft.id)

    async def words(self, actor: Actor | None, path: str, status: int = 200) -> str:
        """What a page says to a reader."""
        async with self.town.visit(actor) as browser:
            return await browser.get(path, status)

    async def html(self, actor: Actor | None, path: str, status: int = 200) -> str:
        """What a reader is sent."""
        async with self.town.visit(actor) as browser:
            return await browser.raw(path, status)


def words_of(html: str) -> str:
    """The words of a page's body without its script and tags."""
    body = re.sub(r"</?(?:a|strong|time)\b[^>]*>", "", html.partition("<body")[2])
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
