"""How many subscriptions, letters and trial messages: nobody is kept from being told, and nobody is flooded."""

from __future__ import annotations

import asyncio

import pytest

from notify.actor import Actor
from notify.delivery import pings, subscriptions
from notify.errors import LifecycleError, TooMany
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.posting import office_with, subscribed


@pytest.fixture
async def manager(actor: MakeActor) -> Actor:
    return await actor("BOL", "manager")


async def test_a_party_has_no_more_than_the_node_lets_it(office: Office, manager: Actor) -> None:
    few = office_with(office, subscriptions_per_party=2)
    made = [await subscribed(few, manager, "webhook", f"https://{n}.example/") for n in "ab"]
    with pytest.raises(LifecycleError):
        await subscribed(few, manager, "webhook", "https://c.example/")
    async with few.act(manager) as act:
        await subscriptions.delete(act, made[0].row["id"])
    ends = await asyncio.gather(
        *(subscribed(few, manager, "webhook", f"https://{n}.example/") for n in "cde"), return_exceptions=True
    )
    assert sum(isinstance(end, LifecycleError) for end in ends) == 2


async def test_people_cannot_keep_their_party_from_being_told(office: Office, actor: MakeActor, manager: Actor) -> None:
    few = office_with(office, subscriptions_per_party=2)
    observer = await actor("BOL", "observer")
    for n in "ab":
        await subscribed(few, observer, "webhook", f"https://{n}.example/", kind="personal")
    with pytest.raises(LifecycleError):
        await subscribed(few, observer, "webhook", "https://c.example/", kind="personal")
    await subscribed(few, manager, "webhook", "https://own.example/")


async def test_letters_cannot_be_sent_to_anybody_without_end(office: Office, clock: Clock, manager: Actor) -> None:
    few = office_with(office, subscriptions_per_party=2)

    async def make_and_remove() -> None:
        made = await subscribed(few, manager, "email", "somebody@elsewhere.example", kind="personal", confirm=False)
        async with few.act(manager) as act:
            await subscriptions.delete(act, made.row["id"])

    for _ in range(4):
        await make_and_remove()
    with pytest.raises(TooMany):
        await make_and_remove()
    clock.advance(minutes=61)
    await make_and_remove()


async def test_trial_messages_cannot_be_sent_to_anybody_without_end(
    office: Office, clock: Clock, manager: Actor
) -> None:
    made = await subscribed(office, manager, "webhook", "https://a.example/")
    other = await subscribed(office, manager, "webhook", "https://b.example/")

    async def send(subscription_id: str) -> None:
        async with office.act(manager) as act:
            await pings.send_test(act, subscription_id)

    for _ in range(10):
        await send(made.row["id"])
    with pytest.raises(TooMany):
        await send(made.row["id"])
    await send(other.row["id"])
    clock.advance(seconds=61)
    await send(made.row["id"])
