"""A request id for every request: in its logs, in its answer, and carried on by the worker through the event."""

from __future__ import annotations

import re
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notify.ids import new_id

log = structlog.get_logger("web")

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"^[0-9A-Za-z._-]{8,64}$")
_QUIET = ("/static/", "/healthz", "/readyz", "/metrics")


class RequestIds:
    """Middleware: takes the id that a proxy gives, else makes one; logs one line a request, without query or body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _GIVEN.match(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        status = 500
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                if not scope["path"].startswith(_QUIET):
                    took = round((time.perf_counter() - started) * 1000, 1)
                    log.info("request", verb=scope["method"], path=_safe(scope["path"]), status=status, ms=took)


def _safe(path: str) -> str:
    """The path without what proves something: links that act and feeds carry their token in it."""
    parts = path.split("/")
    for i, part in enumerate(parts[:-1]):
        if part in ("answer", "acknowledge", "confirm", "unsubscribe", "welcome") or (
            part == "feeds" and parts[i + 1] != "public"
        ):
            parts[i + 1] = "(hidden)"
    return "/".join(parts)
