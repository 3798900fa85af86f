"""Expansion of news for many subscriptions, part by part: what the first part gives is sent before the others are."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from notify.actor import WORKER, Actor
from notify.delivery import expansion
from notify.delivery.tables import deliveries
from notify.notices.tables import events
from notify.office import Act, Office
from notify.settings import Settings
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.office import open_office
from tests.support.posting import amended, example, looping, published, subscribed
from tests.support.receiver import Receiver

PATHS = [f"/{party}{number}" for party in ("BOL", "CHL") for number in range(4)]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two subscriptions and of three, as those of thousands are."""
    monkeypatch.setattr(expansion, "FIRST", 2)
    monkeypatch.setattr(expansion, "NEXT", 3)


@pytest.fixture
async def peru(office: Office, actor: MakeActor, receiver: Receiver) -> Actor:
    for path in PATHS:
        await subscribed(office, await actor(path[1:4], "manager"), "webhook", receiver.url(path))
    return await actor("PER", "officer")


@pytest.fixture
async def other(settings: Settings, office: Office, clock: Clock) -> AsyncIterator[Office]:
    """The office of another process on the same database."""
    async with open_office(settings, clock) as made:
        yield made


async def expanded(office: Office, expanders: tuple[expansion.Expander, ...] = ()) -> tuple[int, bool]:
    async with office.act(WORKER) as act:
        made = await expansion.expand(act, expanders)
        return made.count, made.partly


async def count(office: Office) -> int:
    async with office.database.read() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(deliveries)) or 0


async def test_the_parts_make_the_whole_and_the_rest_of_an_event_follows_once(
    office: Office, peru: Actor, receiver: Receiver
) -> None:
    followed: list[str] = []

    async def follow(act: Act, event: expansion.Event) -> None:
        followed.append(event["type"])

    await published(office, peru)
    made: list[tuple[int, bool, int, int]] = []
    while await expansion.is_waiting(office.database) and len(made) < 9:
        worked, partly = await expanded(office, (follow,))
        made.append((worked, partly, await count(office), len(followed)))
    assert made == [(1, True, 2, 0), (1, True, 5, 0), (1, False, 8, 1)]
    assert await expanded(office) == (0, False)


async def test_what_the_first_part_gives_is_claimed_before_the_next_is_expanded(
    office: Office, peru: Actor, receiver: Receiver
) -> None:
    await published(office, peru)
    async with looping(office) as loop:
        assert await loop._round() == 0.0
        assert (loop._senders.held, await count(office)) == (2, 2)
        await loop.drain()
    assert Counter(hook.path for hook in receiver.hooks) == Counter(PATHS)
    async with office.database.read() as connection:
        assert not await connection.scalar(sa.select(sa.exists().where(events.c.expanded_at.is_(None))))


async def test_another_worker_goes_on_where_one_has_ended(
    office: Office, other: Office, peru: Actor, receiver: Receiver
) -> None:
    await published(office, peru)
    assert await expanded(office) == (1, True)
    assert await expanded(other) == (1, True)
    assert await count(office) == 5
    async with looping(office) as loop:
        await loop.drain()
    assert Counter(hook.path for hook in receiver.hooks) == Counter(PATHS)


async def test_a_later_revision_waits_until_all_of_the_earlier_one_is_expanded(
    office: Office, peru: Actor, receiver: Receiver
) -> None:
    notice = await published(office, peru)
    assert await expanded(office) == (1, True)
    await amended(office, peru, notice, {"title": {"es": "Puma II"}})
    for _ in range(9):
        await expanded(office)
    async with office.database.read() as connection:
        d = deliveries.c
        found = await connection.execute(
            sa.select(d.revision, d.status, sa.func.count().label("times")).group_by(d.revision, d.status)
        )
        assert {tuple(row) for row in found} == {(1, "superseded", 8), (2, "pending", 8)}
    async with looping(office) as loop:
        await loop.drain()
    assert Counter(hook.path for hook in receiver.hooks) == Counter(PATHS)
    assert {hook.json["data"]["notice"]["revision"] for hook in receiver.hooks} == {2}


async def test_a_test_notice_for_few_is_expanded_at_once(office: Office, actor: MakeActor, receiver: Receiver) -> None:
    await subscribed(office, await actor("BOL", "manager"), "webhook", receiver.url())
    await published(office, await actor("PER", "officer"), example(test=True))
    assert await expanded(office) == (1, False)
    assert await count(office) == 1
