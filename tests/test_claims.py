"""Claims: two workers on one database never send the same at the same time, and old news never follows new."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from notify.actor import WORKER, Actor
from notify.delivery import claims
from notify.delivery.claims import Claim, Share
from notify.delivery.outcome import DELIVERED, Outcome
from notify.delivery.results import Result, record
from notify.delivery.tables import deliveries, failed_attempts
from notify.ids import new_id
from notify.office import Office
from notify.settings import Settings
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.office import open_office
from tests.support.outside import until
from tests.support.people import enrol
from tests.support.posting import QUICK, amended, example, looping, published, subscribed, subscription_row
from tests.support.receiver import Receiver, Reply
from worker.assembly import make_loop
from worker.pace import Pace

pytestmark = pytest.mark.slow

MOVED = {
    "period": {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True},
    "observation": None,
}
SHORT = replace(QUICK, lease=0.5, margin=0.1, per_host=1)
"""A lease that runs out while a slow receiver answers."""


@pytest.fixture
async def other(settings: Settings, office: Office, clock: Clock) -> AsyncIterator[Office]:
    """The office of another process on the same database."""
    async with open_office(settings, clock) as made:
        yield made


@pytest.fixture
async def peru(actor: MakeActor) -> Actor:
    return await actor("PER", "officer")


async def rows(office: Office) -> list[dict[str, Any]]:
    async with office.database.read() as connection:
        found = await connection.execute(
            sa.select(deliveries).where(deliveries.c.kind == "event").order_by(deliveries.c.number)
        )
        return [row._asdict() for row in found]


async def drain(office: Office, pace: Pace = QUICK) -> None:
    async with looping(office, pace) as loop:
        await loop.drain()


async def send_without_renewing(office: Office, pace: Pace) -> None:
    """A worker that stands still while its sends are under way, past its lease."""
    async with looping(office, pace) as loop:
        while await loop._round() is not None or loop._senders.is_busy:
            await until(lambda: not loop._senders.held, 10)


async def test_two_workers_send_each_once(
    office: Office, other: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    for party in ("BOL", "CHL", "COL"):
        manager = await actor(party, "manager")
        for n in range(20):
            await subscribed(office, manager, "webhook", receiver.url(f"/{party}{n}"))
    receiver.otherwise = Reply(204, delay=0.01)
    await published(office, peru)
    pace = replace(QUICK, batch=7)
    await asyncio.gather(drain(office, pace), drain(other, pace))
    assert set(Counter(hook.path for hook in receiver.hooks).values()) == {1}
    assert len(receiver.hooks) == 60
    assert {(row["status"], row["attempts"]) for row in await rows(office)} == {("delivered", 1)}


async def test_what_a_dead_worker_held_is_sent_by_another(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    await subscribed(office, await actor("BOL", "manager"), "webhook", receiver.url())
    await published(office, peru)
    async with looping(office) as loop:
        await loop._expand()
        async with office.database.write() as connection:
            held = await claims.claim(
                connection, office.clock(), "dead worker", limit=10, lease=timedelta(seconds=0.3)
            )  # fmt: skip
        assert len(held) == 1
        async with office.database.write() as connection:
            assert await claims.recover(connection, office.clock()) == 0
            again = await claims.claim(connection, office.clock(), "another", limit=10, lease=timedelta(seconds=9))
        assert again == []
        await asyncio.sleep(0.35)
        await loop.drain()
    (row,) = await rows(office)
    assert (row["status"], row["attempts"], len(receiver.hooks)) == ("delivered", 2, 1)
    async with office.database.read() as connection:
        found = await connection.execute(
            sa.select(failed_attempts.c.number, failed_attempts.c.outcome, failed_attempts.c.ended_at)
            .where(failed_attempts.c.delivery_id == row["id"])
            .order_by(failed_attempts.c.number)
        )
        assert [tuple(each) for each in found] == [(1, "lost", None)]


async def test_an_attempt_that_was_lost_puts_the_next_one_off_no_further(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    await subscribed(office, await actor("BOL", "manager"), "webhook", receiver.url())
    receiver.otherwise = Reply(500)
    await published(office, peru)
    async with looping(office) as loop:
        await loop._expand()
        async with office.database.write() as connection:
            await claims.claim(connection, office.clock(), "dead worker", limit=10, lease=timedelta(0))
        await asyncio.sleep(0.01)
        await loop.drain()
    (row,) = await rows(office)
    assert (row["status"], row["attempts"]) == ("pending", 2)
    assert timedelta(seconds=4) <= row["due_at"] - office.clock() <= timedelta(seconds=6)


async def test_a_worker_past_its_lease_sends_no_old_news_after_new(
    office: Office, other: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    manager = await actor("BOL", "manager")
    await subscribed(office, manager, "webhook", receiver.url("/a"))
    await subscribed(office, manager, "webhook", receiver.url("/b"))
    receiver.otherwise = Reply(204, delay=1)
    notice = await published(office, peru)
    first = asyncio.create_task(send_without_renewing(office, SHORT))
    (under_way,) = await receiver.wait(1)  # the other waits for its host's only slot, past its lease
    await amended(other, peru, notice, MOVED)
    receiver.otherwise = Reply()
    await asyncio.sleep(0.6)
    await drain(other)
    await first
    revisions = {path: [each.json["data"]["notice"]["revision"] for each in receiver.at(path)] for path in ("/a", "/b")}
    assert revisions.pop(under_way.path) == [1, 2]
    assert list(revisions.values()) == [[2]]
    newest = [row for row in await rows(office) if row["revision"] == 2]
    assert [row["status"] for row in newest] == ["delivered", "delivered"]


async def test_what_was_not_sent_in_time_is_given_back_without_counting(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    manager = await actor("BOL", "manager")
    for n in range(2):
        await subscribed(office, manager, "webhook", receiver.url(f"/{n}"))
    receiver.otherwise = Reply(204, delay=0.7)
    await published(office, peru)
    await send_without_renewing(office, SHORT)
    assert sorted(hook.path for hook in receiver.hooks) == ["/0", "/1"]
    assert [(row["status"], row["attempts"]) for row in await rows(office)] == [("delivered", 1)] * 2


async def test_a_late_failure_does_not_undo_a_success(
    office: Office, other: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    made = await subscribed(office, await actor("BOL", "manager"), "webhook", receiver.url())
    receiver.then("/hook", Reply(500, delay=1.6))
    await published(office, peru)
    late = asyncio.create_task(send_without_renewing(office, SHORT))
    await receiver.wait(1)
    await asyncio.sleep(0.6)
    await drain(other)
    assert [row["status"] for row in await rows(office)] == ["delivered"]
    await late
    (row,) = await rows(office)
    assert (row["status"], row["error_class"]) == ("delivered", None)
    assert (await subscription_row(office, made.row["id"]))["failing_since"] is None
    assert len({hook.id for hook in receiver.hooks}) == 1


async def test_a_late_success_still_counts(
    office: Office, other: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    await subscribed(office, await actor("BOL", "manager"), "webhook", receiver.url())
    receiver.then("/hook", Reply(204, delay=1.6), Reply(500))
    await published(office, peru)
    late = asyncio.create_task(send_without_renewing(office, SHORT))
    await receiver.wait(1)
    await asyncio.sleep(0.6)
    await drain(other)
    assert [row["status"] for row in await rows(office)] == ["pending"]
    await late
    (row,) = await rows(office)
    assert (row["status"], row["error_class"], row["lease_token"]) == ("delivered", None, None)


async def test_a_revision_waits_for_the_one_that_is_being_sent(
    office: Office, other: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    await subscribed(office, await actor("BOL", "manager"), "webhook", receiver.url())
    receiver.then("/hook", Reply(500, delay=3))
    notice = await published(office, peru)
    first = asyncio.create_task(drain(office, replace(QUICK, answer=10)))
    await receiver.wait(1)
    await amended(other, peru, notice, MOVED)
    async with looping(other) as loop:
        await loop._expand()
        assert await loop._turn() == 0
        assert not first.done()
    await first
    assert [hook.json["data"]["notice"]["revision"] for hook in receiver.hooks] == [1, 2]
    assert receiver.most_open == 1
    assert [row["status"] for row in await rows(office)] == ["superseded", "delivered"]


async def test_renewed_leases_hold_and_lost_ones_do_not_come_back(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    manager = await actor("BOL", "manager")
    for n in range(3):
        await subscribed(office, manager, "webhook", receiver.url(f"/{n}"))
    await published(office, peru)
    async with looping(office) as loop:
        await loop._expand()
    now, second = office.clock(), timedelta(seconds=1)
    async with office.database.write() as connection:
        held = [c.id for c in await claims.claim(connection, now, "a", limit=2, lease=second / 5)]
        assert await claims.renew(connection, "a", held, second * 60) == set(held)
        assert await claims.renew(connection, "b", held, second * 60) == set()
    await asyncio.sleep(0.3)
    async with office.database.write() as connection:
        assert await claims.recover(connection, now) == 0
        await claims.release(connection, "a", held[:1], now)
        assert await claims.renew(connection, "a", held, second) == set(held[1:])
        rest = await claims.claim(connection, now, "b", limit=9, lease=second)
    assert held[0] in {c.id for c in rest}
    assert [c.attempts for c in rest] == [1, 1]


async def test_a_claim_is_shared_out_among_hosts_and_parties(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    for party, hosts in {"BOL": ("localhost",) * 4 + ("127.0.0.1",), "CHL": ("127.0.0.1",) * 4}.items():
        manager = await actor(party, "manager")
        for n, host in enumerate(hosts):
            await subscribed(office, manager, "webhook", f"http://{host}:{receiver.port}/{party}{n}")
    await published(office, peru)
    async with looping(office) as loop:
        await loop._expand()

    async def taken(hosts: Share, parties: Share) -> Counter[tuple[str, str]]:
        async with office.database.write() as connection:
            found = await claims.claim(
                connection, office.clock(), "t", limit=100, lease=timedelta(seconds=9), hosts=hosts, parties=parties
            )
            await claims.release(connection, "t", [c.id for c in found], office.clock())
            return Counter((c.party, c.host) for c in found)

    many = Share(100)
    assert (await taken(Share(2), many)).total() == 4
    assert (await taken(Share(2, fast=["127.0.0.1"]), many)).total() == 7
    assert set(await taken(Share(9, busy=["localhost"]), many)) == {("BOL", "127.0.0.1"), ("CHL", "127.0.0.1")}
    of_party = Counter[str]()
    for (party, _), n in (await taken(many, Share(3))).items():
        of_party[party] += n
    assert of_party == {"BOL": 3, "CHL": 3}
    of_fast_host = await taken(Share(9, fast=["localhost"]), Share(3))
    assert (of_fast_host["BOL", "localhost"], of_fast_host["CHL", "127.0.0.1"]) == (4, 3)
    assert {party for party, _ in await taken(many, Share(1, busy=["BOL"], fast=["CHL"]))} == {"CHL"}


async def test_a_receiver_that_lets_wait_slows_nobody_else(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    slow, fast = await actor("BOL", "manager"), await actor("CHL", "manager")
    for n in range(30):
        await subscribed(office, slow, "webhook", f"http://localhost:{receiver.port}/slow{n}")
        receiver.always(f"/slow{n}", Reply(204, delay=3))
    for n in range(10):
        await subscribed(office, fast, "webhook", f"http://127.0.0.1:{receiver.port}/fast{n}")
    await published(office, peru, example(observation=None))
    loop = make_loop(office, "worker", replace(QUICK, batch=8, capacity=12, per_host=2, margin=0.1))
    working = asyncio.create_task(loop.run())
    await until(lambda: sum(hook.path.startswith("/fast") for hook in receiver.hooks) == 10, 2.5)
    assert receiver.most_open <= 4
    await loop.stop()
    await working
    assert sum(hook.path.startswith("/slow") for hook in receiver.hooks) == 2


async def test_a_claim_goes_by_its_indexes(office_sqlite: Office) -> None:
    statement = sa.select(deliveries.c.id).where(claims.claimable(office_sqlite.clock()))
    async with office_sqlite.database.read() as connection:
        words = str(
            statement.order_by(deliveries.c.due_at).compile(
                dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
            )
        )
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", (0,) * words.count("?"))
        steps = " ".join(row.detail for row in plan)
    assert "ix_deliveries_due" in steps
    assert "ix_deliveries_lane" in steps
    assert "TEMP B-TREE" not in steps


async def test_what_is_claimed_is_found_once_whatever_postgresql_takes_the_table_for(
    office_postgresql: Office,
) -> None:
    """Right after an expansion it takes it for empty, and a join by rows would take seconds for thousands."""
    plans: list[str] = []
    async with office_postgresql.act(WORKER) as act:
        raw = (await act.connection.get_raw_connection()).driver_connection
        assert raw is not None
        raw.add_log_listener(lambda _, message: plans.append(message.message))
        for setting in ("auto_explain.log_min_duration = 0", "client_min_messages = log"):
            await act.connection.exec_driver_sql("LOAD 'auto_explain'")
            await act.connection.exec_driver_sql(f"SET LOCAL {setting}")
        done = [("t", Result(claim_of(new_id()), act.now, DELIVERED)) for _ in range(3)]
        assert await claims.claim(act.connection, act.now, "t", limit=9, lease=timedelta(seconds=9)) == []
        await record(act, done)
    updates = [plan for plan in plans if "Update on deliveries" in plan]
    assert len(updates) == 2
    assert [plan for plan in updates if "Join" in plan or "Nested Loop" in plan] == []


async def test_what_ended_under_several_leases_is_locked_in_one_order(
    office_postgresql: Office, receiver: Receiver
) -> None:
    """Whoever locked lease by lease could wait for a worker that waits for them."""
    office = office_postgresql
    manager = await enrol(office, "BOL", "manager")
    for path in ("/a", "/b"):
        await subscribed(office, manager, "webhook", receiver.url(path))
    await published(office, await enrol(office, "PER", "officer"))
    async with looping(office) as loop:
        await loop._expand()
    first, second = sorted(row["id"] for row in await rows(office))
    d = deliveries.c

    async def note() -> None:
        failed = Outcome("retry", error_class="timeout")
        async with office.act(WORKER) as act:
            ended = [
                ("t2", Result(claim_of(second), act.now, failed)),
                ("t1", Result(claim_of(first), act.now, failed)),
            ]
            await record(act, ended, [("t3", second)])

    async with office.database.write() as connection:
        await connection.execute(sa.select(d.id).where(d.id == first).with_for_update())
        task = asyncio.create_task(note())
        done, _ = await asyncio.wait([task], timeout=0.3)
        assert not done
        await connection.execute(sa.select(d.id).where(d.id == second).with_for_update(nowait=True))
    await task


def claim_of(delivery_id: str) -> Claim:
    return Claim(delivery_id, "event", 1, new_id(), "BOL", new_id(), None, None, "webhook", "localhost", 1)


@pytest.mark.parametrize(
    ("hosts", "parties", "cut"),
    [
        (Share(3), Share(9), False),
        (Share(2), Share(9), True),
        (Share(9), Share(2), True),
        (Share(2, fast=["localhost"]), Share(9), False),
        (Share(2, fast=["localhost"]), Share(2), False),
        (Share(9), Share(2, fast=["BOL"]), False),
    ],
)
def test_a_claim_is_cut_where_somebody_got_all_of_a_share(hosts: Share, parties: Share, cut: bool) -> None:
    assert claims.is_cut([claim_of("a"), claim_of("b")], hosts, parties) is cut
    assert claims.is_cut([], hosts, parties) is False
