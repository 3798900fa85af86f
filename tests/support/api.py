"""The JSON API as a client meets it: every answer is held against what the API says of itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from notify.accounts import tokens
from notify.accounts.throttle import Throttle
from notify.actor import COMMAND, Actor, Scope
from notify.api.models.shared import Problem
from notify.api.openapi import document
from notify.api.operations import PREFIX, Operation
from notify.api.routes import OPERATIONS, api_routes
from notify.audit.tables import audit_head
from notify.http_errors import exception_handlers
from notify.notices import signatures
from notify.observers.decisions import follow_revision
from notify.office import Office
from notify.request_ids import RequestIds
from notify.web.rendering import Renderer
from tests.support.outside import until

_DOCUMENT = document(OPERATIONS)
_FORMS = [
    (operation.verb, re.compile(PREFIX + re.sub(r"\{\w+\}", "[^/]+", operation.path) + "$"), operation)
    for operation in OPERATIONS
]


def make_app(office: Office) -> Starlette:
    """The API alone, on an office."""
    office.followers = (follow_revision,)
    app = Starlette(routes=api_routes(), middleware=[Middleware(RequestIds)], exception_handlers=exception_handlers())
    app.state.office = office
    app.state.settings = office.settings
    app.state.throttle = Throttle(None)
    app.state.renderer = Renderer(office)  # for what lies outside the API
    return app


@asynccontextmanager
async def open_api(office: Office) -> AsyncIterator[Api]:
    """The API of an office that can sign, called without a network."""
    async with office.act(COMMAND) as act:
        await signatures.ensure_key(act)
    app = make_app(office)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://notices.example") as client:
        yield Api(office, app, client)


async def make_token(office: Office, actor: Actor, *scopes: Scope, days: int = 366) -> str:
    """A token of a person; with all that their roles may unless scopes are given."""
    async with office.act(actor) as act:
        secret, _ = await tokens.create(act, "tests", scopes or actor.scopes, days)
    return secret


class Api:
    """Calls the API and checks every answer against its description."""

    def __init__(self, office: Office, app: Starlette, client: httpx2.AsyncClient) -> None:
        self.office = office
        self.app = app
        self.client = client
        self._keys: set[str | None] = set()
        self._writing = 0
        self._together = False

    async def of(self, actor: Actor, *scopes: Scope, days: int = 366) -> Caller:
        """Somebody with a token."""
        return Caller(self, await make_token(self.office, actor, *scopes, days=days))

    async def send(self, verb: str, path: str, *, changes: bool = True, **how: Any) -> httpx2.Response:
        """Send a request; ``path`` is below /api/v1 unless it begins with /api or /.well-known.

        Every act is a line in the audit log; one that finds all as it would leave it, ``changes`` False, is none.
        """
        url = path if path.startswith(("/api", "/.well-known")) else PREFIX + path
        if verb in ("GET", "HEAD"):
            response = await self.client.request(verb, url, **how)
        else:
            response = await self._write(verb, url, changes=changes and not url.endswith("/preview"), **how)
        check_answer(verb, response)
        return response

    async def _write(self, verb: str, url: str, *, changes: bool, **how: Any) -> httpx2.Response:
        # Not told apart: the lines of several who write at once, and a request sent again under its idempotency key.
        key = how.get("headers", {}).get("idempotency-key")
        again = key is not None and key in self._keys
        self._keys.add(key)
        self._writing += 1
        self._together = self._together or self._writing > 1
        before = await self._lines()
        try:
            response = await self.client.request(verb, url, **how)
            if not again and not self._together:
                grown = await self._lines() - before
                acted = changes and response.status_code < 400
                assert acted == (grown > 0), f"{verb} {url}: {response.status_code}, {grown} lines in the audit log"
        finally:
            self._writing -= 1
            self._together = self._writing > 0
        return response

    async def _lines(self) -> int:
        async with self.office.database.read() as connection:
            return await connection.scalar(sa.select(audit_head.c.size)) or 0


class Caller:
    """Somebody with a token."""

    def __init__(self, api: Api, token: str) -> None:
        self.api = api
        self.token = token

    async def send(
        self, verb: str, path: str, body: object = None, *, changes: bool = True, **headers: str
    ) -> httpx2.Response:
        """Send a request; ``if_match="…"`` and the like are headers."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        how: dict[str, Any] = {"changes": changes, "headers": {"authorization": f"Bearer {self.token}", **given}}
        if body is not None:
            how["json"] = body
        return await self.api.send(verb, path, **how)

    async def get(self, path: str, expected: int = 200, **headers: str) -> Any:
        """The JSON of a GET, which answers ``expected``."""
        return expect(await self.send("GET", path, changes=False, **headers), expected)

    async def post(
        self, path: str, body: object = None, expected: int = 200, *, changes: bool = True, **headers: str
    ) -> Any:
        """The JSON that a POST answers."""
        return expect(await self.send("POST", path, body, changes=changes, **headers), expected)

    async def refused(self, verb: str, path: str, body: object = None, **headers: str) -> tuple[int, list[str]]:
        """The status of a refusal, and the pointers that it names."""
        response = await self.send(verb, path, body, changes=False, **headers)
        assert response.status_code >= 400, response.text
        return response.status_code, [error["pointer"] for error in response.json().get("errors", [])]


def expect(response: httpx2.Response, status: int) -> Any:
    """The JSON of an answer of this status; None without content."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    return response.json() if response.content else None


def check_answer(verb: str, response: httpx2.Response) -> None:
    """Raise AssertionError for an answer that the API does not describe: its status, headers, type or any field."""
    assert "x-request-id" in response.headers
    operation = operation_of(verb, response.request.url.path)
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        problem = Problem.model_validate_json(response.content)
        assert problem.status == response.status_code
    if operation is not None:
        _check_described(operation, response)


def _check_described(operation: Operation, response: httpx2.Response) -> None:
    described: Mapping[str, Any] = _DOCUMENT["paths"][PREFIX + operation.path][operation.verb.lower()]["responses"]
    assert str(response.status_code) in described, f"{operation.name} does not say that it answers {response}"
    said = described[str(response.status_code)]
    for name, header in said.get("headers", {}).items():
        assert name in response.headers or not header.get("required")
    media = response.headers.get("content-type", "").partition(";")[0]
    assert media in said.get("content", {"": None}), f"{operation.name}: {media}"
    if response.status_code < 300 and media == "application/json":
        assert operation.answer is not None
        operation.answer.model_validate_json(response.content)


def operation_of(verb: str, path: str) -> Operation | None:
    """The operation that answers a request, if the API has one."""
    return next((each for known, form, each in _FORMS if known == verb and form.fullmatch(path)), None)


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The address of an application on a free port of 127.0.0.1."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started, 10, "the API is served")
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
