"""A receiver of webhooks in a process of its own: answers 204 to everything, and keeps the last request."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

import uvloop

_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"

_last = [b""]


class _Http(asyncio.Protocol):
    """As little of HTTP/1.1 as a receiver needs: reads whole requests by their Content-Length."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            lower = self.buffer[:head].lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < head + 4 + length:
                return
            _last[0] = self.buffer[: head + 4 + length]
            self.buffer = self.buffer[head + 4 + length :]
            self.transport.write(_ANSWER)


def _serve(pipe: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(_Http, "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        while await asyncio.get_running_loop().run_in_executor(None, pipe.recv) == "last":
            pipe.send(_last[0])
        server.close()

    uvloop.run(main())


@dataclass(frozen=True)
class Receiver:
    """One that runs."""

    port: int
    pipe: Connection

    def last(self) -> tuple[dict[str, str], bytes]:
        """The headers and the body of the last request."""
        self.pipe.send("last")
        head, _, body = self.pipe.recv().partition(b"\r\n\r\n")
        lines = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        return {line[0]: line[1] for line in lines}, body


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver, until the block ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Receiver(ours.recv(), ours)
    finally:
        ours.send("stop")
        process.join(5)
        process.kill()
