"""Browsers without script on the pages of accounts, observers, subscriptions and the node, over ASGI, on one office."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.middleware import Middleware

from notify.accounts import passwords, sessions
from notify.accounts.tables import people
from notify.accounts.throttle import Throttle
from notify.actor import Actor
from notify.delivery.letters import SEALED_AS
from notify.delivery.tables import letters
from notify.http_errors import exception_handlers
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.web.cookies import SESSION
from notify.web.people_routes import DEMO_ROUTES, ROUTES
from notify.web.rendering import Renderer
from notify.web.security import SecurityHeaders
from notify.web.visitors import Visitors
from tests.support.pages import Page
from tests.support.visiting import words_of

Fields = Mapping[str, str | Sequence[str]]


@dataclass
class Window:
    """One browser. It keeps cookies; ``Accept-Language`` is English."""

    client: AsyncClient

    async def html(self, path: str, status: int = 200) -> str:
        """What a page is sent as; its status must be this one."""
        answer = await self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def words(self, path: str, status: int = 200) -> str:
        """What a page says."""
        return words_of(await self.html(path, status))

    async def send(
        self, path: str, page: str, fields: Fields | None = None, files: Mapping[str, Any] | None = None
    ) -> Response:
        """Send a form as the page at ``page`` would, with that page's token; redirects are not followed."""
        token = Page(await self.html(page)).csrf
        sent = {"csrf": token, **(fields or {})}
        return await self.client.post(path, data=sent, files=files, headers={"Sec-Fetch-Site": "same-origin"})

    async def do(self, path: str, page: str, fields: Fields | None = None) -> str:
        """Send a form that is accepted, and answer the words of the page that it leads to."""
        answer = await self.send(path, page, fields)
        assert answer.status_code == 303, words_of(answer.text)
        return await self.words(answer.headers["location"])

    async def refused(self, path: str, page: str, fields: Fields | None = None, status: int = 422) -> str:
        """Send a form that is refused with this status, and answer the words of what is shown again."""
        answer = await self.send(path, page, fields)
        assert answer.status_code == status, words_of(answer.text)
        return words_of(answer.text)


@dataclass
class Premises:
    """The pages on an office; with ``demo`` as those of a demonstration."""

    office: Office
    demo: Mapping[str, Any] | None = None
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.office = replace(self.office, followers=(follow_revision,))
        demonstration = self.demo is not None
        self.app = Starlette(
            routes=[*ROUTES, *(DEMO_ROUTES if demonstration else ())],
            middleware=[
                Middleware(SecurityHeaders, settings=self.office.settings),
                Middleware(Visitors, office=self.office, demonstration=demonstration),
            ],
            exception_handlers=exception_handlers(),
        )
        self.app.state.office = self.office
        self.app.state.throttle = Throttle()
        self.app.state.renderer = Renderer(self.office, demonstration=demonstration)
        self.app.state.demonstration = demonstration
        self.app.state.demo = self.demo

    @asynccontextmanager
    async def window(self, actor: Actor | None = None, agent: str = "test") -> AsyncIterator[Window]:
        """A browser in which ``actor`` has signed in."""
        async with AsyncClient(
            transport=ASGITransport(self.app),
            base_url=self.office.settings.base_url,
            headers={"Accept-Language": "en", "User-Agent": agent},
        ) as client:
            if actor is not None:
                assert actor.person_id is not None
                async with self.office.act(actor) as act:
                    token, _ = await sessions.open(act, actor.person_id, agent)
                client.cookies.set(SESSION, token)
            yield Window(client)

    async def words(self, actor: Actor | None, path: str, status: int = 200) -> str:
        """What a page says to a reader."""
        async with self.window(actor) as window:
            return await window.words(path, status)

    async def address(self, actor: Actor) -> str:
        """The mail address of a person."""
        async with self.office.database.read() as connection:
            found: str | None = await connection.scalar(sa.select(people.c.email).where(people.c.id == actor.person_id))
        assert found is not None
        return found

    async def set_password(self, actor: Actor, password: str) -> None:
        """Give a person a password."""
        hashed = await passwords.hash_password(password)
        async with self.office.database.write() as connection:
            await connection.execute(
                sa.update(people).where(people.c.id == actor.person_id).values(password_hash=hashed)
            )

    async def letters(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """(to whom, facts) of every letter of a kind that is owed."""
        async with self.office.database.read() as connection:
            rows = await connection.execute(sa.select(letters).where(letters.c.kind == kind).order_by(letters.c.id))
            return [(row.to_address, json.loads(self.office.vault.open(row.facts_sealed, SEALED_AS))) for row in rows]

    async def link(self, kind: str) -> str:
        """The path of the link in the latest letter of a kind."""
        _, facts = (await self.letters(kind))[-1]
        return str(facts["link"]).removeprefix(self.office.settings.base_url)
