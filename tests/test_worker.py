"""The loop as it runs: woken over Valkey or by its own look, going on whatever goes wrong, ending in order."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from notify.actor import Actor
from notify.delivery import workers
from notify.delivery.outcome import Outcome
from notify.delivery.tables import deliveries
from notify.notices import drafts, lifecycle
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.child import Child
from tests.support.people import enrol
from tests.support.posting import QUICK, example, looping, office_with, published, subscribed
from tests.support.processes import ROOT, environment
from tests.support.receiver import Receiver, Reply
from tests.support.valkey import Valkey
from worker import process
from worker.assembly import make_loop
from worker.loop import Loop
from worker.pace import Pace
from worker.wake import RedisWake

pytestmark = pytest.mark.slow

NEVER_LOOKS = replace(QUICK, look=60)


@asynccontextmanager
async def running(office: Office, pace: Pace = QUICK) -> AsyncIterator[Loop]:
    """A loop that runs, as inside the web process."""
    loop = make_loop(office, "inside", pace)
    task = asyncio.create_task(loop.run())
    try:
        yield loop
    finally:
        await loop.stop()
        await asyncio.wait_for(task, 10)


@asynccontextmanager
async def worker(office: Office, pace: Pace = QUICK) -> AsyncIterator[None]:
    """A worker with arq beside it, as ``csbm-notify worker`` runs."""
    until_event = asyncio.Event()
    task = asyncio.create_task(process.run(office, pace, until=until_event))
    try:
        yield
    finally:
        until_event.set()
        await asyncio.wait_for(task, 10)


@pytest.fixture
async def peru(actor: MakeActor) -> Actor:
    return await actor("PER", "officer")


@pytest.fixture
async def bolivia(actor: MakeActor) -> Actor:
    return await actor("BOL", "manager")


async def test_the_loop_inside_starts_at_once_when_woken(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    async with running(office, NEVER_LOOKS) as loop:
        await asyncio.sleep(0.3)
        office.wake = loop.wake
        await published(office, peru)
        await receiver.wait(1, seconds=2)


async def test_without_a_wake_the_loop_looks_by_itself(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    async with running(office, replace(QUICK, look=0.2)):
        await published(office, peru)
        await receiver.wait(1, seconds=3)


async def test_the_sign_of_life_comes_and_goes(office: Office) -> None:
    async def alive() -> bool:
        async with office.database.read() as connection:
            return await workers.is_running(connection)

    assert not await alive()
    async with running(office):
        await _until(alive)
    assert not await alive()


async def _until(ready: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(200):
        if await ready():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("not within 4 s")


async def test_what_is_being_sent_is_finished_and_the_rest_given_back(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    for n in range(6):
        await subscribed(office, bolivia, "webhook", receiver.url(f"/{n}"))
    receiver.otherwise = Reply(204, delay=0.5)
    async with running(office, replace(QUICK, per_host=2)):
        await published(office, peru)
        await receiver.wait(2)
    async with office.database.read() as connection:
        statement = sa.select(deliveries.c.status, deliveries.c.attempts, deliveries.c.lease_token)
        found = (await connection.execute(statement.where(deliveries.c.kind == "event"))).all()
    assert sorted(tuple(row) for row in found) == [("delivered", 1, None)] * 2 + [("pending", 0, None)] * 4
    assert len(receiver.hooks) == 2


async def test_a_lease_is_renewed_while_a_receiver_takes_its_time(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    receiver.otherwise = Reply(204, delay=3)
    pace = replace(QUICK, lease=1.5, margin=0.1, answer=5)
    async with running(office, pace):
        await published(office, peru)
        await receiver.wait(1)
        async with looping(office, pace) as other:
            for _ in range(8):
                await asyncio.sleep(0.3)
                await other._turn()
    assert len(receiver.hooks) == 1


async def test_a_fault_in_one_event_stops_nothing(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    failing = True

    async def faulty(act: Any, event: Any) -> None:
        if failing:
            raise KeyError("a fault of ours")

    async with running(office) as loop:
        loop.expanders = (faulty,)
        await published(office, peru)
        await asyncio.sleep(0.3)
        assert receiver.hooks == []
        failing = False
        await receiver.wait(1, seconds=5)


async def test_a_fault_in_the_events_of_one_notice_holds_up_no_other(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    faulty_notice = await published(office, peru)

    async def faulty(act: Any, event: Any) -> None:
        if event["notice_id"] == faulty_notice.id:
            raise KeyError("a fault of ours")

    async with looping(office) as loop:
        loop.expanders = (faulty,)
        other = await published(office, peru)
        await loop.drain()
    assert [hook.json["data"]["notice"]["id"] for hook in receiver.hooks] == [other.id]


class OddServer:
    """A mail server whose answers no database takes as a number."""

    side_by_side = 5

    async def send(self, message: Any) -> Outcome:
        return Outcome("retry", answer=10**30, error_class="server", text="what it said")

    async def close(self) -> None:
        """Nothing is open."""


async def test_a_result_that_cannot_be_recorded_holds_up_no_other(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    await subscribed(office, bolivia, "email", "avisos@bol.example")
    async with looping(office) as usual:
        await usual.drain()
        loop = replace(usual, channels={**usual.channels, "email": OddServer()})
        task = asyncio.create_task(loop.run())
        for number in (1, 2):
            await published(office, peru)
            await receiver.wait(number, seconds=5)
        await loop.stop()
        await asyncio.wait_for(task, 10)
    async with office.database.read() as connection:
        d = deliveries.c
        news = sa.select(d.channel, d.status, d.error_class, d.error_text).where(d.notice_id.is_not(None))
        found = (await connection.execute(news.order_by(d.channel, d.created_at))).all()
    assert [tuple(row) for row in found] == [
        ("email", "pending", "server", None), ("email", "pending", "server", None),
        ("webhook", "delivered", None, None), ("webhook", "delivered", None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("said", ["buz\udcf3n desconocido", "no such\0user", "x" * 2_000])
async def test_whatever_a_server_says_is_kept_as_text(office: Office, peru: Actor, bolivia: Actor, said: str) -> None:
    class Server(OddServer):
        async def send(self, message: Any) -> Outcome:
            return Outcome("dead", "bounced", 550, "mailbox", said)

    await subscribed(office, bolivia, "email", "avisos@bol.example")
    async with looping(office) as usual:
        await usual.drain()
        await published(office, peru)
        await replace(usual, channels={"email": Server(), "webhook": OddServer()}).drain()
    async with office.database.read() as connection:
        row = (await connection.execute(sa.select(deliveries).where(deliveries.c.notice_id.is_not(None)))).one()
    assert (row.status, row.error_class) == ("bounced", "mailbox")
    assert row.error_text in ("buz?n desconocido", "no suchuser", "x" * 500)


async def test_the_loop_outlives_a_database_that_is_away(office_sqlite: Office, receiver: Receiver) -> None:
    office = office_sqlite
    await subscribed(office, await enrol(office, "BOL", "manager"), "webhook", receiver.url())
    async with running(office):
        async with office.database.write() as connection:
            await connection.execute(sa.text("ALTER TABLE deliveries RENAME TO away"))
        await asyncio.sleep(0.3)
        async with office.database.write() as connection:
            await connection.execute(sa.text("ALTER TABLE away RENAME TO deliveries"))
        await published(office, await enrol(office, "PER", "officer"))
        await receiver.wait(1, seconds=5)


# Over Valkey


async def test_a_wake_over_valkey_starts_a_worker_that_does_not_look(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver, valkey: Valkey
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    async with worker(office_with(office, redis_url=valkey.url), NEVER_LOOKS):
        await asyncio.sleep(1)
        wake = office.wake = RedisWake(valkey.url)
        try:
            await published(office, peru)
            await receiver.wait(1, seconds=3)
            # And again: a wake is not held back by the one before.
            await published(office, peru)
            await receiver.wait(2, seconds=3)
        finally:
            await wake.close()


@pytest.mark.parametrize("trouble", ["stop", "pause", "flush"])
async def test_whatever_valkey_does_publishing_answers_and_delivery_follows(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver, valkey: Valkey, trouble: str
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    clock = asyncio.get_running_loop().time
    async with worker(office_with(office, redis_url=valkey.url), replace(QUICK, look=1)):
        await asyncio.sleep(0.5)
        await published(office, peru)
        await receiver.wait(1)
        wake = office.wake = RedisWake(valkey.url)
        getattr(valkey, trouble)()
        try:
            async with office.act(peru) as act:
                draft = await drafts.create(act, example())
            began = clock()
            async with office.act(peru) as act:
                await lifecycle.publish(act, draft.id)
            assert clock() - began < 1
            await receiver.wait(2, seconds=3)
        finally:
            if trouble == "pause":
                valkey.resume()
            await wake.close()


async def test_a_valkey_that_comes_back_wakes_again(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver, valkey: Valkey
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    async with worker(office_with(office, redis_url=valkey.url), NEVER_LOOKS):
        await asyncio.sleep(0.5)
        valkey.stop()
        await asyncio.sleep(0.5)
        valkey.start()
        await asyncio.sleep(4)
        wake = office.wake = RedisWake(valkey.url)
        try:
            await published(office, peru)
            await receiver.wait(1, seconds=3)
        finally:
            await wake.close()


async def test_a_frozen_valkey_does_not_hold_up_the_end(office_sqlite: Office, valkey: Valkey) -> None:
    async with worker(office_with(office_sqlite, redis_url=valkey.url)):
        await asyncio.sleep(0.5)
        valkey.pause()
    valkey.resume()


async def test_arq_alone_runs_the_same_loop(
    office_sqlite: Office, receiver: Receiver, valkey: Valkey, tmp_path: Path
) -> None:
    office = office_with(office_sqlite, redis_url=valkey.url)
    await subscribed(office, await enrol(office, "BOL", "manager"), "webhook", receiver.url())
    arq = Child(
        [sys.executable, "-m", "arq", "worker.settings.WorkerSettings"],
        tmp_path / "arq.log", environment=environment(office.settings), folder=ROOT,
    )  # fmt: skip
    try:
        await published(office, await enrol(office, "PER", "officer"))
        await receiver.wait(1, seconds=30)
    finally:
        assert arq.stop() in (0, -15), arq.tail()
