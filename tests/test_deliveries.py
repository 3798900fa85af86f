"""What is shown of deliveries, to whom, and trying one again by hand."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from notify.actor import COMMAND, Actor
from notify.delivery import deliveries, subscriptions
from notify.delivery.deliveries import delivery_json
from notify.delivery.outcome import error_words
from notify.delivery.subscription_models import SubscriptionChange
from notify.delivery.tables import deliveries as deliveries_table
from notify.delivery.tables import failed_attempts
from notify.delivery.tables import subscriptions as subscriptions_table
from notify.errors import LifecycleError, NotAllowed, NotVisible
from notify.ids import new_id
from notify.notices.notice import Notice
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.posting import amended, looping, published, subscribed
from tests.support.receiver import Receiver, Reply

pytestmark = pytest.mark.slow

MOVED = {"period": {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True},
         "observation": None}  # fmt: skip


async def drain(office: Office) -> None:
    async with looping(office) as loop:
        await loop.drain()


async def give_up(office: Office, clock: Clock) -> None:
    """Let the schedule of retries run out."""
    for _ in range(9):
        await drain(office)
        clock.advance(hours=13)


async def not_arrived(office: Office, clock: Clock, peru: Actor, receiver: Receiver) -> Notice:
    """A notice of Peru that the receiver has refused until it was given up."""
    receiver.always("/hook", Reply(500))
    notice = await published(office, peru)
    await give_up(office, clock)
    return notice


@pytest.fixture
async def peru(actor: MakeActor) -> Actor:
    return await actor("PER", "officer")


@pytest.fixture
async def bolivia(actor: MakeActor) -> Actor:
    return await actor("BOL", "manager")


async def seen(office: Office, notice: Notice, viewer: Actor) -> list[dict[str, Any]]:
    async with office.database.read() as connection:
        return [delivery_json(row) for row in await deliveries.of_notice(connection, notice, viewer)]


async def test_the_poster_sees_channel_and_state_and_the_party_its_own_address(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    chile, jamaica, auditor = await actor("CHL", "manager"), await actor("JAM", "officer"), await actor(None, "auditor")
    observer = await actor("BOL", "observer")
    await subscribed(office, bolivia, "webhook", receiver.url("/bol"))
    await subscribed(office, chile, "webhook", receiver.url("/chl"))
    receiver.always("/bol", Reply(500, body=b"secret words of Bolivia's server"))
    notice = await published(office, peru)
    await drain(office)
    items = await seen(office, notice, peru)
    assert [(item["party"], item["channel"], item["revision"], item["status"], item["attempts"], item["error_class"])
            for item in items] == [
        ("BOL", "webhook", 1, "pending", 1, "answer_5xx"), ("CHL", "webhook", 1, "delivered", 1, None),
    ]  # fmt: skip
    assert items[1]["finished_at"] == "2027-01-11T15:00:00Z"
    assert items == await seen(office, notice, auditor)
    assert "secret words" not in str(items)
    assert receiver.url() not in str(items)
    assert "127.0.0.1" not in str(items)
    (own,) = await seen(office, notice, bolivia)
    assert (own["party"], own["address"], own["error"]) == (
        "BOL", receiver.url("/bol"), "500 secret words of Bolivia's server",
    )  # fmt: skip
    assert await seen(office, notice, jamaica) == []
    assert await seen(office, notice, observer) == []


async def test_of_a_colleagues_personal_subscription_only_its_state_is_shown(
    office: Office, actor: MakeActor, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    officer = await actor("BOL", "officer")
    await subscribed(office, officer, "webhook", receiver.url("/own"), kind="personal")
    notice = await published(office, peru)
    await drain(office)
    (item,) = await seen(office, notice, bolivia)
    assert "address" not in item
    (item,) = await seen(office, notice, officer)
    assert item["address"] == receiver.url("/own")


async def test_a_partys_deliveries_come_page_by_page(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    made = []
    for _ in range(5):
        clock.advance(minutes=1)
        made.append((await published(office, peru)).id)
        await drain(office)
    found: list[str] = []
    cursor = None
    async with office.database.read() as connection:
        while True:
            rows, cursor = await deliveries.page(connection, bolivia, 2, cursor)
            found += [row["notice_id"] for row in rows]
            if cursor is None:
                break
        assert (await deliveries.page(connection, peru, 10))[0] == []
    assert found == made[::-1]


async def test_what_was_given_up_is_shown_and_repeated_by_hand(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await not_arrived(office, clock, peru, receiver)
    for viewer in (peru, bolivia):
        async with office.database.read() as connection:
            (dead,) = await deliveries.failed_of(connection, viewer)
        assert (dead["status"], dead["reference"], dead["error_class"]) == ("dead", notice.reference, "answer_5xx")
        assert str(error_words(dead["error_class"])) == "its server failed"
    async with office.database.read() as connection:
        assert await deliveries.failed_of(connection, await actor("CHL", "officer")) == []
    receiver.always("/hook", None)
    first = receiver.hooks[0]
    refusals = {
        peru: NotAllowed,
        await actor("CHL", "officer"): NotVisible,
        await actor("BOL", "observer"): NotVisible,
        await actor(None, "auditor"): NotAllowed,
    }
    for who, refused in refusals.items():
        with pytest.raises(refused):
            async with office.act(who) as act:
                await deliveries.retry(act, dead["id"])
    async with office.act(await actor("BOL", "officer")) as act:
        again = await deliveries.retry(act, dead["id"])
    assert (again["status"], again["due_at"]) == ("pending", clock())
    await drain(office)
    assert (receiver.hooks[-1].id, receiver.hooks[-1].body) == (first.id, first.body)
    (item,) = await seen(office, notice, peru)
    assert (item["status"], item["attempts"], item["error_class"]) == ("delivered", 9, None)
    for who in (bolivia, COMMAND):
        with pytest.raises(LifecycleError):
            async with office.act(who) as act:
                await deliveries.retry(act, dead["id"])
    async with office.database.read() as connection:
        assert await deliveries.failed_of(connection, peru) == []


async def test_what_is_repeated_by_hand_is_tried_as_often_as_what_is_new(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await not_arrived(office, clock, peru, receiver)
    (dead,) = await seen(office, notice, bolivia)
    async with office.database.write() as connection:
        assert await deliveries.repeatable(connection) == [dead["id"]]
        # One of the eight was lost with its worker: it is as much of the past as the others.
        lost = {"id": new_id(), "delivery_id": dead["id"], "number": 3, "started_at": clock(), "outcome": "lost"}
        await connection.execute(sa.insert(failed_attempts).values(**lost))
    async with office.act(bolivia) as act:
        await deliveries.retry(act, dead["id"])
    await drain(office)
    (again,) = await seen(office, notice, bolivia)
    assert (again["status"], again["attempts"]) == ("pending", 9)
    async with office.database.read() as connection:
        due = await connection.scalar(sa.select(deliveries_table.c.due_at).where(deliveries_table.c.id == dead["id"]))
    assert due is not None and 4 <= (due - clock()).total_seconds() <= 6
    await give_up(office, clock)
    (dead,) = await seen(office, notice, bolivia)
    assert (dead["status"], dead["attempts"]) == ("dead", 16)


async def test_what_can_no_longer_arrive_is_nothing_to_repeat(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await not_arrived(office, clock, peru, receiver)

    async def repeatable() -> int:
        async with office.database.read() as connection:
            return len(await deliveries.repeatable(connection))

    assert await repeatable() == 1
    async with office.database.write() as connection:
        await connection.execute(sa.update(subscriptions_table).values(active=False))
    assert await repeatable() == 0
    async with office.database.write() as connection:
        await connection.execute(sa.update(subscriptions_table).values(active=True))
    assert await repeatable() == 1
    await amended(office, peru, notice, {"note_reference": "5-4-M/115"})
    await give_up(office, clock)
    assert await repeatable() == 1, "the newer revision alone"


async def test_old_news_is_not_repeated_after_new(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await not_arrived(office, clock, peru, receiver)
    async with office.database.read() as connection:
        (dead,) = await deliveries.failed_of(connection, bolivia)
    receiver.always("/hook", None)
    await amended(office, peru, notice, MOVED)
    await drain(office)
    async with office.database.read() as connection:
        assert await deliveries.failed_of(connection, peru) == []
    with pytest.raises(LifecycleError):
        async with office.act(bolivia) as act:
            await deliveries.retry(act, dead["id"])
    await drain(office)
    assert receiver.hooks[-1].json["data"]["notice"]["revision"] == 2


async def test_old_news_is_not_repeated_to_who_missed_the_new(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url("/other"))
    made = await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await not_arrived(office, clock, peru, receiver)
    (dead,) = [each for each in await seen(office, notice, bolivia) if each["status"] == "dead"]
    async with office.act(bolivia) as act:
        await subscriptions.change(act, made.row["id"], SubscriptionChange(active=False))
    await amended(office, peru, notice, {"note_reference": "5-4-M/115"})
    await drain(office)
    async with office.act(bolivia) as act:
        await subscriptions.change(act, made.row["id"], SubscriptionChange(active=True))
    with pytest.raises(LifecycleError):
        async with office.act(bolivia) as act:
            await deliveries.retry(act, dead["id"])
    async with office.database.read() as connection:
        assert await deliveries.failed_of(connection, bolivia) == []
        assert await deliveries.repeatable(connection) == []


async def test_nothing_is_repeated_to_what_is_switched_off(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    made = await subscribed(office, bolivia, "webhook", receiver.url())
    await subscribed(office, bolivia, "webhook", receiver.url("/other"))
    await not_arrived(office, clock, peru, receiver)
    async with office.database.read() as connection:
        (dead,) = await deliveries.failed_of(connection, bolivia)

    async def switch(active: bool) -> None:
        async with office.act(bolivia) as act:
            await subscriptions.change(act, made.row["id"], SubscriptionChange(active=active))

    await switch(False)
    with pytest.raises(LifecycleError):
        async with office.act(bolivia) as act:
            await deliveries.retry(act, dead["id"])
    await switch(True)
    async with office.act(bolivia) as act:
        assert (await deliveries.retry(act, dead["id"]))["status"] == "pending"


async def test_a_retry_is_a_line_in_the_audit_log(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    await not_arrived(office, clock, peru, receiver)
    async with office.database.read() as connection:
        (dead,) = await deliveries.failed_of(connection, bolivia)
    async with office.act(COMMAND) as act:
        await deliveries.retry(act, dead["id"])
    import sqlalchemy as sa

    from notify.audit.tables import audit_lines

    async with office.database.read() as connection:
        last = (await connection.execute(sa.select(audit_lines).order_by(audit_lines.c.position.desc()).limit(1))).one()
    assert (last.act, last.object_kind, last.object_id, last.actor_kind) == (
        "delivery.retry", "delivery", dead["id"], "command",
    )  # fmt: skip


@pytest.mark.parametrize("delivery_id", ["", "nonsense", "01a20e46-6397-7c30-9f88-73527ec2a164"])
async def test_a_delivery_that_there_is_not_is_not_found(office: Office, bolivia: Actor, delivery_id: str) -> None:
    with pytest.raises(NotVisible):
        async with office.act(bolivia) as act:
            await deliveries.retry(act, delivery_id)
