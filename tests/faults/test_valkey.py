"""Valkey stopped, frozen, emptied or slow to be missed: publishing answers at once, and the news goes out all the same.

On PostgreSQL with the web process and the worker apart, as with several machines.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from notify.office import Office
from tests.support.outside import until
from tests.support.processes import Site
from tests.support.receiver import Receiver
from tests.support.served import Peru, neighbours
from tests.support.valkey import Valkey

pytestmark = pytest.mark.server

START = 120
ANSWERED_WITHIN = 1.0
DELIVERED_WITHIN = 3.0
"""Seconds, of the project's promise."""


@dataclass(frozen=True)
class Running:
    """A site that is ready, with a neighbour who is told."""

    peru: Peru
    receiver: Receiver

    async def tells(self, count: int) -> tuple[float, float]:
        """Publish; answers the seconds to the answer and to the news of this notice, the ``count``-th."""
        began = time.perf_counter()
        _, took = await self.peru.publishes()
        began = time.perf_counter() - took
        await self.receiver.wait(count, "/bolivia", seconds=30)
        return took, time.perf_counter() - began


async def start(office: Office, valkey: Valkey, receiver: Receiver, logs: Path, *pace: str) -> tuple[Site, Running]:
    """A web process and a worker on Valkey, both ready; one notice was told, so that all is warm."""
    site = Site(office.settings.model_copy(update={"redis_url": valkey.url}), logs)
    try:
        web = site.web()
        site.worker(*pace)
        await web.ready(START)
        running = Running(await neighbours(site.settings, web.url, receiver), receiver)
        await running.tells(1)
    except BaseException:
        site.close()
        raise
    return site, running


@pytest.fixture
async def running(
    office_postgresql: Office, valkey: Valkey, receiver: Receiver, tmp_path: Path
) -> AsyncIterator[Running]:
    """A site at its usual pace: its worker looks once a second."""
    site, started = await start(office_postgresql, valkey, receiver, tmp_path)
    yield started
    site.close()


@pytest.fixture
async def never_looks(
    office_postgresql: Office, valkey: Valkey, receiver: Receiver, tmp_path: Path
) -> AsyncIterator[Running]:
    """A site whose worker looks by itself once a minute."""
    site, started = await start(office_postgresql, valkey, receiver, tmp_path, "--look", "60")
    yield started
    site.close()


TROUBLES: dict[str, Callable[[Valkey], None]] = {
    "stopped": Valkey.stop,
    "killed": Valkey.kill,
    "paused": Valkey.pause,
    "emptied": Valkey.flush,
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_publishing_answers_and_tells_whatever_valkey_does(
    trouble: str, running: Running, valkey: Valkey
) -> None:
    TROUBLES[trouble](valkey)
    for count in (2, 3):  # the second time both processes know already
        answered, delivered = await running.tells(count)
        assert answered < ANSWERED_WITHIN
        assert delivered < DELIVERED_WITHIN


async def test_the_worker_is_woken_over_valkey_and_need_not_look(never_looks: Running) -> None:
    for count in (2, 3):
        _, delivered = await never_looks.tells(count)
        assert delivered < DELIVERED_WITHIN


async def test_wakes_come_again_once_valkey_is_back(never_looks: Running, valkey: Valkey) -> None:
    valkey.stop()
    valkey.start()
    # arq is started again with a pause between its tries; then it asks for wakes as before.
    await until(lambda: b"cmd=zrangebyscore" in valkey.command("CLIENT", "LIST"), 30, "the worker at Valkey again")
    for count in (2, 3):
        _, delivered = await never_looks.tells(count)
        assert delivered < DELIVERED_WITHIN
