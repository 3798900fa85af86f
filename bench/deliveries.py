"""10,000 webhooks to a receiver on this machine, against a bare aiohttp loop posting the same bytes side by side.

Each has posted one before, as a worker that runs has.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa
import uvloop

from bench.ground import DATABASES, draft, exercise, office, officer, publish, settings_of, subscribe, urls
from bench.receiver import receiver
from notify import memory
from notify.delivery.tables import deliveries
from notify.notices.tables import events
from worker.assembly import make_loop
from worker.pace import Pace, pace_of

COUNT = 10_000
SIDE_BY_SIDE = 100
PARTIES = ["BOL", "BRA", "CHL", "COL", "ECU"]
ROUNDS = 5


async def run() -> list[str]:
    """One line a database: deliveries a second, of the bare loop, and their ratio.

    Over all rounds, which take turns: the speed of a machine's cores may change from one second to the next.
    """
    lines = []
    for kind in DATABASES:
        ours = bare = 0.0
        for _ in range(ROUNDS):
            seconds, (headers, body) = await asyncio.to_thread(_ours, kind)
            ours += seconds
            with receiver() as other:
                bare += await asyncio.to_thread(_in_process, _bare, (other.port, headers, body))
        rates = [ROUNDS * COUNT / seconds for seconds in (ours, bare)]
        lines.append(f"{kind}: {rates[0]:,.0f}/s of {rates[1]:,.0f}/s bare: {bare / ours:.2f} (goal 0.50)")
    return lines


def _ours(kind: str) -> tuple[float, tuple[dict[str, str], bytes]]:
    with urls(kind) as (folder, url), receiver() as made:
        return _in_process(_deliver, (str(folder), url, made.port)), made.last()


def _in_process(work: Callable[[Any], Any], argument: Any) -> float:
    """Run a coroutine function in a process of its own; its answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, work, argument))
    process.start()
    if not ours.poll(300):
        process.kill()
        raise TimeoutError("the benchmark took more than five minutes")
    answer: float = ours.recv()
    process.join(10)
    return answer


def _child(pipe: Connection, work: Callable[[Any], Any], argument: Any) -> None:
    memory.settle()
    pipe.send(uvloop.run(work(argument)))


async def _deliver(argument: tuple[str, str, int]) -> float:
    folder, url, port = argument
    settings = settings_of(Path(folder), url, webhook_per_host=SIDE_BY_SIDE)
    async with office(settings) as made:
        peru = await officer(made, "PER")
        pace: Pace = replace(pace_of(settings), side_by_side=SIDE_BY_SIDE, per_party=SIDE_BY_SIDE)
        loop = make_loop(made, pace=pace)

        async def publish_to(parties: list[str], each: int) -> None:
            await subscribe(made, parties, each, f"http://127.0.0.1:{port}/hook", "127.0.0.1")
            await publish(made, peru, await draft(made, peru, exercise()))

        await publish_to(PARTIES[:1], 1)
        await loop.drain()
        await publish_to(PARTIES, COUNT // len(PARTIES))
        started = time.perf_counter()
        await loop.drain()
        took = time.perf_counter() - started
        for channel in loop.channels.values():
            await channel.close()
        async with made.database.read() as connection:
            done = await connection.scalar(
                sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.status == "delivered")
            )
            # The first, and then one more for whom that was sent to.
            assert done == 1 + COUNT + 1, f"{done} of {COUNT} delivered"
            assert not await connection.scalar(sa.select(sa.exists().where(events.c.expanded_at.is_(None))))
    return took


async def _bare(argument: tuple[int, dict[str, str], bytes]) -> float:
    """As many requests with the bytes of one of ours, posted as fast as aiohttp can."""
    port, headers, body = argument
    for name in ("Host", "Content-Length", "Accept", "Accept-Encoding"):
        headers.pop(name)  # aiohttp's own
    left = iter(range(COUNT))
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def post_one() -> None:
            async with session.post(f"http://127.0.0.1:{port}/hook", data=body, headers=headers) as answer:
                assert answer.status == 204

        async def post() -> None:
            for _ in left:
                await post_one()

        await post_one()
        started = time.perf_counter()
        await asyncio.gather(*(post() for _ in range(SIDE_BY_SIDE)))
        return time.perf_counter() - started
