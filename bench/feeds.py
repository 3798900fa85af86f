"""A 304 on a feed, against a bare starlette 304: both served by uvicorn in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.ground import DATABASES, draft, exercise, office, officer, publish, settings_of, urls
from notify.database import Database
from notify.feeds.routes import feed_routes
from notify.office import Office
from notify.vault import Vault

CONNECTIONS = 16
SECONDS = 4.0
ROUNDS = 3


async def run() -> list[str]:
    """One line a database."""
    lines = []
    for kind in DATABASES:
        with urls(kind) as (folder, url):
            async with office(settings_of(folder, url)) as made:
                peru = await officer(made, "PER")
                for _ in range(20):
                    await publish(made, peru, await draft(made, peru, exercise(visibility="public")))
            pairs = []
            for _ in range(ROUNDS):
                ours = await _serve_and_ask(_feeds, (str(folder), url), "/feeds/public/notices.atom")
                bare = await _serve_and_ask(_bare, None, "/")
                pairs.append((ours / bare, ours, bare))
            ratio, ours, bare = sorted(pairs)[ROUNDS // 2]
            goal = "goal 0.40" if kind == "sqlite" else "recorded"
            lines.append(f"{kind}: {ours:,.0f}/s of {bare:,.0f}/s bare: {ratio:.2f} ({goal})")
    return lines


def _feeds(argument: tuple[str, str]) -> Starlette:
    settings = settings_of(Path(argument[0]), argument[1])
    app = Starlette(routes=feed_routes())
    app.state.office = Office(settings, Database(settings.database), Vault(settings.key()))
    return app


def _bare(argument: None) -> Starlette:
    async def unchanged(request: Request) -> Response:
        return Response(status_code=304, headers={"etag": '"0123456789abcdef01234567"'})

    return Starlette(routes=[Route("/", unchanged)])


def _child(make: Callable[[Any], Starlette], argument: Any, descriptor: socket.socket) -> None:
    config = uvicorn.Config(make(argument), log_level="error", access_log=False, http="httptools", loop="uvloop")
    uvicorn.Server(config).run(sockets=[descriptor])


async def _serve_and_ask(make: Callable[[Any], Starlette], argument: Any, path: str) -> float:
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    port = listening.getsockname()[1]
    process = multiprocessing.get_context("fork").Process(target=_child, args=(make, argument, listening), daemon=True)
    process.start()
    listening.close()
    try:
        return await _ask(port, path)
    finally:
        process.terminate()
        process.join(5)
        process.kill()


async def _ask(port: int, path: str) -> float:
    """Answers a second over kept connections, after a second of warming up."""
    etag = ""
    for _ in range(100):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.write(f"GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
        head = (await reader.read(-1)).split(b"\r\n\r\n", 1)[0].decode()
        writer.close()
        etag = next(line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith("etag"))
        break
    request = f"GET {path} HTTP/1.1\r\nhost: a\r\nif-none-match: {etag}\r\n\r\n".encode()
    end = time.perf_counter() + 1
    await asyncio.gather(*(_connection(port, request, end) for _ in range(CONNECTIONS)))
    started = time.perf_counter()
    counts = await asyncio.gather(*(_connection(port, request, started + SECONDS) for _ in range(CONNECTIONS)))
    return sum(counts) / (time.perf_counter() - started)


async def _connection(port: int, request: bytes, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 304"), head
        count += 1
    writer.close()
    return count
