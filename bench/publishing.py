"""Publishing to 35 parties with 350 subscriptions: the answer, and how soon the first delivery starts."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any, cast

import sqlalchemy as sa

from bench.ground import DATABASES, draft, exercise, office, officer, publish, settings_of, subscribe, urls
from bench.receiver import receiver
from notify.database import Database
from notify.delivery.outcome import Outcome
from notify.office import Office
from notify.schema import metadata
from worker.assembly import make_loop

ROUNDS = 15
WRITTEN = (
    "revisions", "recipients", "events", "log", "log_counters", "audit_lines", "audit_head", "serials", "notices",
)  # fmt: skip


async def run() -> list[str]:
    """Two lines a database."""
    lines = []
    for kind in DATABASES:
        with urls(kind) as (folder, url), receiver() as hooks:
            async with office(settings_of(folder, url)) as made:
                lines += await _measure(kind, made, hooks.port)
    return lines


async def _measure(kind: str, made: Office, port: int) -> list[str]:
    peru = await officer(made, "PER")
    async with made.database.read() as connection:
        codes = list((await connection.execute(sa.text("SELECT code FROM parties WHERE code <> 'PER'"))).scalars())
    told = sorted(codes)[:35]
    await subscribe(made, told, 10, f"http://127.0.0.1:{port}/hook", "127.0.0.1")
    body = exercise(also_notify=told)
    ids = [await draft(made, peru, body) for _ in range(2 * ROUNDS)]
    answers = []
    for notice_id in ids[:ROUNDS]:
        started = time.perf_counter()
        await publish(made, peru, notice_id)
        answers.append(time.perf_counter() - started)
    bare = [await _bare(made.database) for _ in range(ROUNDS)]
    firsts = await _first_deliveries(made, peru, ids[ROUNDS:])
    answer, commit = statistics.median(answers), statistics.median(bare)
    return [
        f"{kind}: answer {answer * 1000:.1f} ms, bare commit of the same rows {commit * 1000:.1f} ms: "
        f"{answer / commit:.1f} (goal 5)",
        f"{kind}: first delivery starts {statistics.median(firsts) * 1000:.0f} ms after the answer (goal 100)",
    ]


async def _bare(database: Database) -> float:
    """Write the rows of the last publication again, as they are, into tables without any rule, in one commit."""
    copies: list[tuple[sa.Table, list[dict[str, Any]]]] = []
    async with database.read() as connection:
        last = await connection.execute(sa.text("SELECT notice_id, revision FROM revisions ORDER BY published_at DESC"))
        notice_id, _ = last.first() or (None, None)
        for name in WRITTEN:
            table = metadata.tables[name]
            statement = sa.select(table)
            if "notice_id" in table.c:
                statement = statement.where(table.c.notice_id == str(notice_id))
            elif name == "notices":
                statement = statement.where(table.c.id == str(notice_id))
            rows = [dict(row) for row in (await connection.execute(statement.limit(50))).mappings()]
            copies.append((table, rows[:1] if name in ("audit_lines", "serials") else rows))
    plain = sa.MetaData()
    targets = [
        (sa.Table(f"bare_{t.name}", plain, *(sa.Column(c.name, c.type) for c in t.columns)), rows) for t, rows in copies
    ]
    async with database.write() as connection:
        await connection.run_sync(plain.create_all)
    started = time.perf_counter()
    async with database.write() as connection:
        for table, rows in targets:
            if rows:
                await connection.execute(sa.insert(table), rows)
    took = time.perf_counter() - started
    async with database.write() as connection:
        await connection.run_sync(plain.drop_all)
    return took


class _Notes:
    """A channel that notes when it is first asked to send."""

    def __init__(self) -> None:
        self.first: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def send(self, message: Any) -> Outcome:
        if not self.first.done():
            self.first.set_result(time.perf_counter())
        return Outcome("done", "delivered")

    async def close(self) -> None:
        """Nothing to close."""


async def _first_deliveries(made: Office, actor: Any, ids: list[str]) -> list[float]:
    loop = make_loop(made)
    notes = _Notes()
    cast(dict[str, Any], loop.channels).update(webhook=notes, email=notes)
    made.wake = loop.wake
    running = asyncio.create_task(loop.run())
    await asyncio.sleep(3)
    found = []
    for notice_id in ids:
        notes.first = asyncio.get_running_loop().create_future()
        await publish(made, actor, notice_id)
        answered = time.perf_counter()
        found.append(max(0.0, await asyncio.wait_for(notes.first, 30) - answered))
        await asyncio.sleep(0.3)
    await loop.stop()
    await running
    made.wake = None
    return found
