"""Names of receivers looked up side by side: one whose name server is silent holds up nobody else.

The system's own lookup blocks a thread for as long as name servers are silent, half a minute and more, and the event
loop has but a few threads for that, the same for everybody. Here each lookup has a thread of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

SIDE_BY_SIDE = 256
"""Lookups at a time; more wait. As many as webhooks are sent side by side, and some whose sender has given up."""

Lookup = Callable[..., Sequence[tuple[Any, ...]]]
"""`socket.getaddrinfo`, or what stands in for it."""


class Resolver(AbstractResolver):
    """What `aiohttp.TCPConnector` asks for the addresses of a name."""

    def __init__(self, lookup: Lookup = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name. Raises `socket.gaierror`."""
        await self._slots.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[tuple[Any, ...]]] = loop.create_future()

        def ended(answer: Sequence[tuple[Any, ...]] | Exception) -> None:
            self._slots.release()  # not before: who gives up waiting leaves the thread to its end
            if found.done():
                return
            if isinstance(answer, Exception):
                found.set_exception(answer)
            else:
                found.set_result(answer)

        def look() -> None:
            try:
                answer: Sequence[tuple[Any, ...]] | Exception = self._lookup(
                    host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
                )
            except Exception as error:
                answer = error
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(ended, answer)

        # A daemon: a process that stops does not wait for a silent name server.
        threading.Thread(target=look, name="lookup", daemon=True).start()
        return [
            ResolveResult(
                hostname=host, host=address[0], port=address[1], family=kind, proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in await found
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is kept open."""
