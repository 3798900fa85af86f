"""One call of the API, from the request to the answer: the checks in CONTRACT's order, once for every operation.

413 · 401 · 404 for what may not be known · 403 · 415 · the idempotency key · 422 · 412 · 409; 429 for too many.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import tokens
from notify.accounts.throttle import Throttle
from notify.actor import WORKER, Actor
from notify.api import idempotency
from notify.api.errors import MAX_BODY, say
from notify.api.idempotency import Kept
from notify.digits import whole
from notify.errors import Fault, Invalid, NotSignedIn, Refused, TooLarge
from notify.language import Translator, text
from notify.notices.faults import faults_of
from notify.office import Act, Office

Model = TypeVar("Model", bound=BaseModel)

DEEPEST = 40
"""Levels of a body: an outline of many polygons has six."""

_UNFIT = re.compile("[\0\ud800-\udfff]")


class UnsupportedMedia(Refused):
    """The body is not of a media type that the operation reads."""

    status = 415
    title = text("This media type is not read here")


@dataclass(frozen=True)
class Answer:
    """What an operation answers; ``body`` None: no content."""

    body: object | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """What a handler gets: who calls, with what. ``connection`` is the call's one transaction."""

    request: Request
    office: Office
    actor: Actor
    connection: AsyncConnection
    body: dict[str, object] = field(default_factory=dict)
    act: Act | None = None

    @property
    def acting(self) -> Act:
        """The act of a call that writes."""
        assert self.act is not None
        return self.act

    @property
    def say(self) -> Translator:
        """Puts texts into the caller's language."""
        return say(self.request)

    @property
    def if_match(self) -> str | None:
        """The If-Match header."""
        return self.request.headers.get("if-match")

    def path(self, name: str) -> str:
        """A parameter of the path."""
        return str(self.request.path_params[name])

    def parsed(self, model: type[Model]) -> Model:
        """The body as its model, nothing converted. Raises `Invalid` with every fault."""
        try:
            return model.model_validate(self.body, strict=True)
        except ValidationError as error:
            raise Invalid(faults_of(error)) from None


Check = Callable[[AsyncConnection, Actor, Request], Awaitable[None]]
"""Whether the caller may know of the thing in the path and has the right: raises `NotVisible` or `NotAllowed`."""

Handler = Callable[[Call], Awaitable[Answer]]


async def read(request: Request, handler: Handler, check: Check, *, takes_body: bool = False) -> Response:
    """A call that changes nothing, in one read transaction."""
    office: Office = request.app.state.office
    raw = await _raw(request) if takes_body else b""
    async with office.database.read() as connection:
        actor = await _caller(request, connection)
        await check(connection, actor, request)
        body = _json(request, raw) if takes_body else {}
        answer = await handler(Call(request, office, actor, connection, body))
    return _response(request, answer)


async def write(request: Request, handler: Handler, check: Check, *, takes_body: bool) -> Response:
    """A call that acts, in one write transaction with its answer and its idempotency key."""
    office: Office = request.app.state.office
    raw = await _raw(request)
    async with office.database.read() as connection:
        actor = await _caller(request, connection)
        await check(connection, actor, request)
    body = _json(request, raw) if takes_body else {}
    key = request.headers.get("idempotency-key")
    async with office.act(actor) as act:
        if key is not None:
            kept = await idempotency.begin(
                act, key, idempotency.fingerprint(request.method, request.url.path, raw, actor.scopes)
            )
            if kept is not None:
                return Response(kept.body, kept.status, kept.headers)
        answer = await handler(Call(request, office, actor, act.connection, body, act))
        response = _response(request, answer)
        if key is not None:
            headers = {k: v for k, v in response.headers.items() if k != "content-length"}
            await idempotency.finish(act, key, Kept(response.status_code, headers, bytes(response.body).decode()))
    return response


async def _caller(request: Request, connection: AsyncConnection) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    office: Office = request.app.state.office
    found = (
        await tokens.find(connection, token.strip(), office.clock())
        if scheme.lower() == "bearer" and token.isascii()
        else None
    )
    if found is None:
        raise NotSignedIn(text("Send a valid token: “Authorization: Bearer csbm_…”. Make one on the page “Tokens”."))
    throttle: Throttle = request.app.state.throttle
    await throttle.hit(found.id)
    if found.stale:
        request.state.stale_token = found.id
    actor = replace(found.actor, request_id=getattr(request.state, "request_id", ""))
    request.state.actor = actor
    return actor


async def note_use(request: Request) -> None:
    """Note when the token was used last, after the call: no part of what it did."""
    token_id = getattr(request.state, "stale_token", None)
    if token_id is not None:
        office: Office = request.app.state.office
        async with office.act(WORKER) as act:
            await tokens.touch(act, token_id)


async def _raw(request: Request) -> bytes:
    """The body, at most `MAX_BODY`: read no further than that."""
    declared = request.headers.get("content-length", "")
    if (whole(declared, 20) or 0) > MAX_BODY:
        raise TooLarge(text("Send at most 1 MiB."))
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise TooLarge(text("Send at most 1 MiB."))
        parts.append(part)
    return b"".join(parts)


def _json(request: Request, raw: bytes) -> dict[str, object]:
    """The JSON object of a body; nothing sent counts as an empty one."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and media_type != "application/json":
        raise UnsupportedMedia(text("Send JSON, with “Content-Type: application/json”."))
    if not raw:
        return {}
    try:
        body = json.loads(raw, parse_constant=_number, parse_float=_number, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Invalid([Fault("", text("The body is not JSON. Check its commas, quotes and brackets."))]) from None
    if not isinstance(body, dict):
        raise Invalid([Fault("", text("Send a JSON object, with its fields in braces."))])
    _check_texts(body)
    return body


def _check_texts(body: dict[str, object]) -> None:
    """Raise `Invalid` for what is JSON, but could not be stored, signed or sent on, and for what is too deep."""
    waiting: list[tuple[object, int]] = [(body, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise Invalid([Fault("", text("The body is nested too deeply."))])
        if isinstance(value, str):
            if _UNFIT.search(value):
                raise Invalid([Fault("", text("A text of the body holds a character that no text can hold."))])
        elif isinstance(value, dict):
            waiting.extend((inner, depth + 1) for pair in value.items() for inner in pair)
        elif isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value)


def _number(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(written)
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _response(request: Request, answer: Answer) -> Response:
    headers = {"cache-control": "no-cache, private", "vary": "Authorization, Accept-Language, Accept", **answer.headers}
    etag = headers.get("etag")
    if etag and request.method in ("GET", "HEAD") and none_match(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    if answer.body is None:
        return Response(status_code=204 if answer.status == 200 else answer.status, headers=headers)
    if isinstance(answer.body, str):
        return Response(answer.body, answer.status, headers)
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(content, answer.status, headers, media_type="application/json")


def free_text(given: Mapping[Any, str] | None) -> dict[str, str] | None:
    """A free text of a model, as verbs take it."""
    return {str(language): words for language, words in given.items()} if given else None


def none_match(header: str | None, etag: str) -> bool:
    """Whether If-None-Match (RFC 9110, 13.1.2) names an ETag."""
    if header is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags
