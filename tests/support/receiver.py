"""A real HTTP server on 127.0.0.1 that keeps the webhooks it gets, and answers as a test wants."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from multidict import CIMultiDictProxy

from tests.support.outside import OutsideLoop, until


@dataclass(frozen=True)
class Reply:
    """What is answered after ``delay`` seconds; ``hang_up`` closes the connection instead."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0
    hang_up: bool = False


@dataclass(frozen=True)
class Hook:
    """A request as it came."""

    method: str
    path: str
    headers: CIMultiDictProxy[str] = field(repr=False)
    body: bytes
    at: datetime

    @property
    def id(self) -> str:
        """Its ``webhook-id``, the same on every attempt."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """Its body, parsed."""
        return json.loads(self.body)


class Receiver:
    """Listens from the constructor to `close`; every path is there, and answers 204 unless told otherwise."""

    def __init__(self) -> None:
        self.hooks: list[Hook] = []
        self.otherwise = Reply()
        self.open = 0  # requests being answered now
        self.most_open = 0  # the most there were at a time
        self._next: dict[str, deque[Reply]] = {}
        self._always: dict[str, Reply] = {}
        self._slow: set[asyncio.Task[None]] = set()
        self._outside = OutsideLoop("receiver")
        self._runner = self._outside.do(self._listen())
        self.port: int = self._runner.addresses[0][1]

    def url(self, path: str = "/hook") -> str:
        """The address of one of its paths."""
        return f"http://127.0.0.1:{self.port}{path}"

    def then(self, path: str, *replies: Reply) -> None:
        """Answer the next requests to a path so, one each."""
        self._next.setdefault(path, deque()).extend(replies)

    def always(self, path: str, reply: Reply | None) -> None:
        """Answer every request to a path so; None: as every other."""
        if reply is None:
            self._always.pop(path, None)
        else:
            self._always[path] = reply

    def at(self, path: str) -> list[Hook]:
        """The requests to a path, in the order in which they came."""
        return [hook for hook in self.hooks if hook.path == path]

    async def wait(self, count: int = 1, path: str | None = None, seconds: float = 10) -> list[Hook]:
        """Wait for ``count`` requests, to one path if given, and answer all there are. Raises AssertionError."""
        await until(lambda: len(self._of(path)) >= count, seconds, f"{count} requests to {path or 'any path'}")
        return self._of(path)

    def close(self) -> None:
        """Hang up and stop listening."""
        self._outside.do(self._stop())
        self._outside.close()

    def _of(self, path: str | None) -> list[Hook]:
        return list(self.hooks) if path is None else self.at(path)

    async def _listen(self) -> web.AppRunner:
        application = web.Application(client_max_size=8 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._receive)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    async def _stop(self) -> None:
        for delay in self._slow:
            delay.cancel()
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            body = await request.read()
            path = request.path
            self.hooks.append(Hook(request.method, path, request.headers, body, datetime.now(UTC)))
            queue = self._next.get(path)
            reply = queue.popleft() if queue else self._always.get(path, self.otherwise)
            await self._delay(reply.delay)
            if reply.hang_up and request.transport is not None:
                request.transport.close()
            return web.Response(status=reply.status, headers=dict(reply.headers), body=reply.body)
        finally:
            self.open -= 1

    async def _delay(self, seconds: float) -> None:
        delay = asyncio.create_task(asyncio.sleep(seconds))
        self._slow.add(delay)
        try:
            await delay
        finally:
            self._slow.discard(delay)
