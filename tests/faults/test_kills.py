"""Processes killed and stopped at bad moments: nobody misses a notice, nothing is lost, no old news comes after new.

Embedded: SQLite with the worker inside the web process. Scaled: PostgreSQL and Valkey with a web process and two
workers. All are real processes; their leases are short, so that a test can wait for one to run out.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from notify.actor import COMMAND, Actor
from notify.clock import system_clock
from notify.delivery import subscriptions
from notify.delivery.subscription_models import NewSubscription
from notify.delivery.tables import deliveries, failed_attempts
from notify.notices import signatures
from notify.notices.tables import events
from notify.office import Office
from notify.settings import Settings
from tests.support.api import make_token
from tests.support.notices import days
from tests.support.office import open_office
from tests.support.outside import until
from tests.support.people import enrol
from tests.support.posting import amended, example, published
from tests.support.processes import Site, Web, Worker
from tests.support.receiver import Hook, Receiver, Reply
from tests.support.served import Peru
from tests.support.valkey import Valkey

pytestmark = pytest.mark.server

PACE = ("--lease", "3", "--look", "0.2", "--margin", "1.5")
ANSWER = 0.55
"""Seconds that the receiver takes for an answer. Nobody who takes more than half a second counts as fast and is given a
whole fan-out at once: 20 at a time are sent and 20 held, so 200 take 6 s, and the others are pending meanwhile."""

TOLD = ("BOL", "BRA", "CHL", "COL", "ECU")
"""Peru's neighbours."""

EACH = 40
"""Subscriptions of each: 200 together."""

KILLS = 10
START = 120


async def subscribe(office: Office, manager: Actor, receiver: Receiver, count: int) -> set[str]:
    """Webhooks of a manager's party, each with a path of its own; answers the paths."""
    paths = {f"/{manager.party}/{number}" for number in range(count)}
    async with office.act(manager) as act:
        for path in sorted(paths):
            body = NewSubscription(channel="webhook", kind="official", address=receiver.url(path), language="es")
            await subscriptions.create(act, body)
    return paths


def announcement(later: int = 0) -> dict[str, Any]:
    """An exercise that begins in two months, or some days later."""
    first = datetime.now(UTC).date() + timedelta(days=60 + later)
    return example(period=days(first.isoformat(), (first + timedelta(days=3)).isoformat()), observation=None)


async def statuses(office: Office) -> Counter[str]:
    """How many deliveries of events there are by status."""
    d = deliveries.c
    async with office.database.read() as connection:
        rows = await connection.execute(
            sa.select(d.status, sa.func.count().label("times")).where(d.kind == "event").group_by(d.status)
        )
        return Counter({row.status: row.times for row in rows})


@dataclass
class Running:
    """A site whose processes can be killed, and 200 subscriptions that are told by it."""

    office: Office
    site: Site
    web: Web
    valkey: Valkey | None
    receiver: Receiver
    peru: Peru
    paths: set[str]
    published: list[str] = field(default_factory=list)
    heard: int = 0  # requests until the processes were last started

    async def publishes(self) -> None:
        """Publish one more notice, and keep its id."""
        await self.web.alive(START)
        notice, _ = await self.peru.publishes()
        self.published.append(notice["id"])

    def starts_again(self) -> None:
        """Start every process that was killed."""
        self.heard = len(self.receiver.hooks)
        for web in self.site.webs:
            web.start_again()
        for worker in self.site.workers:
            worker.start_again()

    async def is_spreading(self) -> bool:
        """Whether a fan-out is under way: some are being answered now, of those being sent, and some are pending."""
        found = await statuses(self.office)
        live = self.receiver.open > 0 and len(self.receiver.hooks) > self.heard
        return live and found["sending"] > 0 and found["pending"] > 0

    async def spreads(self) -> None:
        """Wait for a fan-out to be under way, and publish when none will be."""
        async with asyncio.timeout(START):
            while not await self.is_spreading():
                self.site.require_running()
                if await self._nothing_is_due():
                    await self.publishes()
                await asyncio.sleep(0.05)

    async def _nothing_is_due(self) -> bool:
        waiting = sa.exists().where(events.c.expanded_at.is_(None))
        pending = sa.exists().where(deliveries.c.kind == "event", deliveries.c.status == "pending")
        async with self.office.database.read() as connection:
            return not await connection.scalar(sa.select(sa.or_(waiting, pending)))

    async def settles(self) -> None:
        """Wait until every event has its deliveries, and every delivery has come to its end.

        What a busy machine did not answer in time would be tried again after minutes: it is due now.
        """
        d = deliveries.c
        async with asyncio.timeout(START):
            while True:
                async with self.office.database.write() as connection:
                    now = datetime.now(UTC)
                    late = sa.and_(d.status == "pending", d.due_at > now)
                    await connection.execute(sa.update(deliveries).where(late).values(due_at=now))
                if await self._nothing_is_due() and not (await statuses(self.office))["sending"]:
                    return
                self.site.require_running()
                await asyncio.sleep(0.1)


@pytest.fixture(params=["embedded", "scaled"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The database of a set-up, in place of the one that other tests have."""
    return str(request.getfixturevalue("sqlite_copy" if request.param == "embedded" else "postgres_copy"))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which Python keeps what it has compiled, so that a process is soon there again."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("compiled"))}


@pytest.fixture
def outside(request: pytest.FixtureRequest, settings: Settings) -> tuple[Settings, Valkey | None]:
    """The settings of a set-up, and its Valkey if it is the scaled one."""
    if settings.uses_sqlite:
        return settings, None
    valkey: Valkey = request.getfixturevalue("valkey")
    return settings.model_copy(update={"redis_url": valkey.url}), valkey


@pytest.fixture
async def running(
    outside: tuple[Settings, Valkey | None], compiled: dict[str, str], receiver: Receiver, tmp_path: Path
) -> AsyncIterator[Running]:
    """The processes of one set-up, ready."""
    settings, valkey = outside
    scaled = valkey is not None
    site = Site(settings, tmp_path)
    try:
        async with open_office(settings, system_clock) as office:
            async with office.act(COMMAND) as act:
                await signatures.ensure_key(act)
            managers = [await enrol(office, party, "manager") for party in TOLD]
            paths = [await subscribe(office, manager, receiver, EACH) for manager in managers]
            token = await make_token(office, await enrol(office, "PER", "officer"))
            web = site.web(*(() if scaled else PACE), **compiled)
            for _ in range(2 if scaled else 0):
                site.worker(*PACE, **compiled)
            await web.ready(START)
            yield Running(office, site, web, valkey, receiver, Peru(web.url, token), set().union(*paths))
    finally:
        site.close()


def moments_of_chance() -> random.Random:
    """Random numbers whose seed is printed; TESTS_SEED repeats them."""
    seed = int(os.environ.get("TESTS_SEED") or random.randrange(2**32))
    sys.stdout.write(f"TESTS_SEED={seed}\n")
    return random.Random(seed)


async def test_everybody_is_told_though_every_process_is_killed_during_the_fan_out(running: Running) -> None:
    running.receiver.otherwise = Reply(delay=ANSWER)
    moments = moments_of_chance()
    kills = 0
    for _ in range(4 * KILLS):
        await running.spreads()
        await asyncio.sleep(moments.uniform(0, 1.5))
        if not await running.is_spreading():
            continue
        running.site.kill()
        left = await statuses(running.office)
        kills += left["sending"] > 0 and left["pending"] > 0
        running.starts_again()
        if kills == KILLS:
            break
    assert kills == KILLS
    await running.settles()

    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for hook in running.receiver.hooks:
        told[hook.path, about(hook)["id"]].add(hook.id)
    assert set(told) == {(path, notice) for path in running.paths for notice in running.published}
    assert {len(ids) for ids in told.values()} == {1}, "a repeat came under another webhook-id"
    assert len(set().union(*told.values())) == len(told), "two had one webhook-id"
    assert len(running.receiver.hooks) > len(told), "no kill hit a delivery on its way"
    assert await statuses(running.office) == {"delivered": len(told)}
    async with running.office.database.read() as connection:
        lost = await connection.scalar(sa.select(sa.func.count()).where(failed_attempts.c.outcome == "lost"))
        assert lost is not None and lost >= KILLS


async def test_what_was_answered_as_published_is_there_after_every_process_was_killed(running: Running) -> None:
    timeout = aiohttp.ClientTimeout(total=30)
    headers = {"authorization": f"Bearer {running.peru.token}"}
    notices = f"{running.web.url}/api/v1/notices"
    for count in (1, 2, 3):
        async with aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as client:
            async with client.post(notices, json=announcement()) as answer:
                draft = await answer.json()
            async with client.post(f"{notices}/{draft['id']}/publish") as answer:
                running.site.kill()  # at the first bytes of the answer
                assert answer.status == 200
        if running.valkey is not None:
            running.valkey.kill()
            running.valkey.start()
        running.starts_again()
        await running.web.alive(START)
        async with (
            aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as client,
            client.get(f"{notices}/{draft['id']}") as answer,
        ):
            found = await answer.json()
        assert (found["status"], found["revision"]) == ("published", 1)
        assert found["reference"].endswith(f"-{count:03d}")
        await running.settles()
        assert {hook.path for hook in running.receiver.hooks if about(hook)["id"] == draft["id"]} == running.paths


def about(hook: Hook) -> dict[str, Any]:
    """What a webhook says of its notice."""
    found: dict[str, Any] = hook.json["data"]["notice"]
    return found


SLOTS, SUBSCRIBED = 5, 20
"""Sends side by side to one host, of which a worker holds twice as many; and all who are to be told."""


@pytest.fixture
async def apart(outside: tuple[Settings, Valkey | None], tmp_path: Path) -> AsyncIterator[tuple[Office, Site]]:
    """A database, SQLite or PostgreSQL with Valkey, and no process on it yet."""
    settings = outside[0].model_copy(update={"webhook_per_host": SLOTS})
    site = Site(settings, tmp_path)
    try:
        async with open_office(settings, system_clock) as office:
            yield office, site
    finally:
        site.close()


async def test_a_worker_stopped_past_its_lease_sends_no_old_news_after_new(
    apart: tuple[Office, Site], receiver: Receiver
) -> None:
    office, site = apart
    peru = await enrol(office, "PER", "officer")
    paths = await subscribe(office, await enrol(office, "BOL", "manager"), receiver, SUBSCRIBED)
    receiver.otherwise = Reply(delay=ANSWER)
    notice = await published(office, peru, announcement())
    stopped = site.worker(*PACE)
    await until(lambda: receiver.open == SLOTS, START, "every slot taken")
    await stop_without_a_lock(stopped, office)
    assert await statuses(office) == {"sending": 2 * SLOTS, "pending": SUBSCRIBED - 2 * SLOTS}

    receiver.otherwise = Reply()
    await amended(office, peru, notice, {"period": announcement(1)["period"]})
    other = site.worker(*PACE)
    await until(
        lambda: {path for path in paths if 2 in revisions(receiver, path)} == paths, 30, "revision 2 everywhere"
    )
    stopped.child.resume()
    # Alone, the worker that was stopped sends revision 3 after whatever it still had in hand before.
    assert other.child.stop() == 0
    await amended(office, peru, notice, {"period": announcement(2)["period"]})
    await until(
        lambda: {path for path in paths if 3 in revisions(receiver, path)} == paths, 30, "revision 3 everywhere"
    )

    heard = Counter(tuple(dict.fromkeys(revisions(receiver, path))) for path in paths)
    assert heard == {(1, 2, 3): SLOTS, (2, 3): SUBSCRIBED - SLOTS}
    assert all(revisions(receiver, path) == sorted(revisions(receiver, path)) for path in paths)


def revisions(receiver: Receiver, path: str) -> list[int]:
    """The revisions of which a path was told, in the order in which they came."""
    return [about(hook)["revision"] for hook in receiver.at(path)]


async def stop_without_a_lock(worker: Worker, office: Office) -> None:
    """SIGSTOP at a moment at which it holds no lock on which all others would wait: it is the lease that is tested."""
    while True:
        worker.child.pause()
        await asyncio.sleep(0.02)
        if await can_be_locked(office):
            return
        worker.child.resume()
        await asyncio.sleep(0.005)


async def can_be_locked(office: Office) -> bool:
    """Whether nobody holds SQLite's write lock, or PostgreSQL's on a delivery."""
    try:
        if office.database.is_sqlite:
            connection = sqlite3.connect(str(office.database.url.database), timeout=0, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
            finally:
                connection.close()
        else:
            async with office.database.write() as locking:
                await locking.execute(sa.select(deliveries.c.id).with_for_update(nowait=True))
    except (sqlite3.OperationalError, DBAPIError):
        return False
    return True
