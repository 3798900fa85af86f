"""The document that describes the API (OpenAPI 3.1), made from the table of operations and the models that they use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from notify.api import jwks
from notify.api.call import none_match
from notify.api.errors import MEDIA_TYPE
from notify.api.models.access import KeySet
from notify.api.models.shared import Problem
from notify.api.operations import PREFIX, Operation
from notify.api.query import Parameter
from notify.api.schemas import REFERENCE, schemas_of

PATH = f"{PREFIX}/openapi.json"

Json = dict[str, Any]

_DESCRIPTION = """\
Advance notices between states: exercises and operations, defence visits, and the destruction of small arms.

Every call needs a token: `Authorization: Bearer csbm_…`. A token has scopes and an end, and never makes its person's
roles wider. Calls are checked in this order: size (413), token (401), what the caller may know of (404), right (403),
media type (415), `Idempotency-Key`, fields (422), `If-Match` (412), life cycle (409). 429 says when to come back.

Words for people (reasons, problems) are in the first language of `Accept-Language` among es, en, pt and fr. Every
answer has an `X-Request-ID` that finds it in the log of the service. `HEAD` is answered wherever `GET` is.
"""

_TAGS = {
    "notices": "Drafts, the steps of the life cycle, and revisions.",
    "receipts": "Who is told of a notice, over what, and who said so.",
    "observers": "From the request to attend to the answer to the invitation.",
    "subscriptions": "Over what a party and its people are told; events by cursor.",
    "parties": "Who can be told, and who is next to whom.",
    "tokens": "Tokens of this API.",
    "audit": "Every act.",
    "service": "What needs no token.",
}

_REFUSALS = {
    401: "No valid token.",
    403: "The token's person lacks the role, or the token the scope.",
    404: "There is no such thing, or the caller may not know of it.",
    409: "The life cycle does not allow it now.",
    412: "`If-Match` names an older version: read it again.",
    413: "More than 1 MiB.",
    415: "Not JSON.",
    422: "Fields or parameters are wrong; all are named at once.",
    429: "Too many requests: come back after `Retry-After` seconds.",
}

_SUCCESSES = {200: "Done.", 201: "Made.", 202: "Taken on.", 204: "Done; there is nothing to say."}

_ETAG: Json = {
    "description": "A strong validator of content and status.",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9a-f]+"$'},
}
_LOCATION: Json = {"description": "Where it is.", "required": True, "schema": {"type": "string"}}
_NOT_MODIFIED: Json = {"description": "It is what `If-None-Match` names."}


def document(operations: Sequence[Operation]) -> Json:
    """The document, for the operations and for what needs no token."""
    models = [m for o in operations for m in (o.answer, o.body) if m is not None] + [Problem, KeySet]
    paths: dict[str, Json] = {PATH: {"get": _own()}, jwks.PATH: {"get": _keys()}}
    for operation in operations:
        paths.setdefault(PREFIX + operation.path, {})[operation.verb.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "JSON API of advance notices", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas_of(models),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made on the page “Tokens”, or here."}
            },
        },
    }


def server(operations: Sequence[Operation]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that serves the document, which is made once."""
    body = json.dumps(document(operations), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "cache-control": "public, max-age=300"}

    async def serve(request: Request) -> Response:
        if none_match(request.headers.get("if-none-match"), headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return serve


def _operation(operation: Operation) -> Json:
    made: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": " ".join(filter(None, (operation.description, _right(operation)))),
        "parameters": [*map(_of_path, operation.names), *map(_of_query, operation.parameters), *_headers(operation)],
        "responses": _responses(operation),
    }
    if operation.body is not None:
        content: Json = {"schema": {"$ref": REFERENCE.format(model=operation.body.__name__)}}
        if operation.examples:
            content["examples"] = {
                name.replace(" ", "-").replace(",", ""): {"summary": name, "value": value}
                for name, value in operation.examples.items()
            }
        made["requestBody"] = {"required": operation.body_required, "content": {"application/json": content}}
    return made


def _right(operation: Operation) -> str:
    right = operation.right
    if right.scope is None:
        return "Any token."
    return f"Scope `{right.scope}`, as {_listed(right.roles)}."


def _listed(roles: Sequence[str]) -> str:
    return f"{', '.join(roles[:-1])} or {roles[-1]}" if len(roles) > 1 else roles[0]


def _of_path(name: str) -> Json:
    schemas: Mapping[str, Json] = {
        "id": {"type": "string", "format": "uuid"},
        "n": {"type": "integer", "minimum": 1, "maximum": 2_147_483_647},
        "code": {"type": "string", "minLength": 1, "maxLength": 16, "example": "PER"},
    }
    return {"name": name, "in": "path", "required": True, "schema": schemas[name]}


def _of_query(parameter: Parameter) -> Json:
    made: Json = {"name": parameter.name, "in": "query", "required": False, "schema": dict(parameter.schema)}
    if parameter.description:
        made["description"] = parameter.description
    return made


def _headers(operation: Operation) -> list[Json]:
    found: list[tuple[str, str, Json]] = []
    if operation.writes:
        found.append(
            (
                "Idempotency-Key",
                "The same key and body answer the first answer for 48 hours; another body 422.",
                {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
            )
        )
    if operation.conditional:
        found.append(("If-Match", "The ETag of the version that is meant; `*`: any.", {"type": "string"}))
    if operation.etag and operation.verb == "GET":
        found.append(("If-None-Match", "An ETag: 304 when it is still the one.", {"type": "string"}))
    return [
        {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
        for name, description, schema in found
    ]


def _responses(operation: Operation) -> Json:
    statuses = {401, 403, 422, 429, *operation.also}
    if operation.names:
        statuses.add(404)
    if operation.conditional:
        statuses.add(412)
    if operation.verb != "GET":
        statuses.add(413)
    if operation.body is not None:
        statuses.add(415)
    made = {str(operation.status): _success(operation, operation.status)}
    if operation.etag and operation.verb == "GET":
        made["304"] = _NOT_MODIFIED
    for status in sorted(statuses):
        made[str(status)] = _refusal(status) if status >= 400 else _success(operation, status)
    return made


def _success(operation: Operation, status: int) -> Json:
    made: Json = {"description": _SUCCESSES[status]}
    headers = {}
    if operation.etag:
        headers["ETag"] = _ETAG
    if status == 201 and operation.located:
        headers["Location"] = _LOCATION
    if headers:
        made["headers"] = headers
    if operation.answer is not None:
        shown = {"schema": {"$ref": REFERENCE.format(model=operation.answer.__name__)}}
        made["content"] = {"application/json": shown}
        if operation.signed:
            made["content"]["application/jose+json"] = {"schema": {"$ref": REFERENCE.format(model="Jws")}}
    return made


def _refusal(status: int) -> Json:
    made: Json = {
        "description": _REFUSALS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="Problem")}}},
    }
    if status == 401:
        made["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status == 429:
        made["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return made


def _own() -> Json:
    return {
        "operationId": "get_openapi",
        "tags": ["service"],
        "summary": "This document",
        "security": [],
        "parameters": [{"name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"}}],
        "responses": {
            "200": {
                "description": _SUCCESSES[200],
                "headers": {"ETag": _ETAG},
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "304": _NOT_MODIFIED,
        },
    }


def _keys() -> Json:
    return {
        "operationId": "get_keys",
        "tags": ["service"],
        "summary": "Public keys that verify revisions",
        "security": [],
        "responses": {
            "200": {
                "description": _SUCCESSES[200],
                "content": {"application/json": {"schema": {"$ref": REFERENCE.format(model="KeySet")}}},
            }
        },
    }
