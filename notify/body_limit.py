"""How much a form may send. The API has the same limit in its order of checks, after 413 comes 401."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notify.digits import whole
from notify.errors import TooLarge
from notify.language import text

MOST = 1024 * 1024
"""Bytes of a body at most."""


class BodyLimit:
    """Middleware: raises `TooLarge` where a page reads more than `MOST`, which is answered like any refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        size = 0

        async def receive_limited() -> Message:
            nonlocal size
            if (whole(declared, 20) or 0) > MOST:
                raise TooLarge(text("Send at most 1 MiB."))
            message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                if size > MOST:
                    raise TooLarge(text("Send at most 1 MiB."))
            return message

        await self.app(scope, receive_limited, send)
