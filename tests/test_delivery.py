"""Deliveries over the whole way, to real receivers: who gets what, when it is tried again, and what is given up."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from notify.accounts.tables import people
from notify.actor import Actor
from notify.delivery import subscriptions
from notify.delivery.subscription_models import SubscriptionChange
from notify.delivery.tables import deliveries as table
from notify.delivery.tables import failed_attempts
from notify.language import text, translator
from notify.notices import acknowledgements, lifecycle
from notify.notices.notice import Notice
from notify.observers.eventdata import data_of
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.posting import QUICK, amended, example, looping, published, subscribed, subscription_row
from tests.support.receiver import Receiver, Reply

pytestmark = pytest.mark.slow

MOVED = {
    "period": {"starts": "2027-08-25", "ends": "2027-09-05", "timezone": "America/Lima", "all_day": True},
    "observation": None,
}


async def rows(office: Office, **where: object) -> list[dict[str, Any]]:
    """Deliveries but letters, in the order of their events."""
    async with office.database.read() as connection:
        statement = sa.select(table).where(table.c.kind != "letter")
        for name, value in where.items():
            statement = statement.where(table.c[name] == value)
        found = await connection.execute(statement.order_by(table.c.created_at, table.c.number, table.c.party))
        return [row._asdict() for row in found]


async def drain(office: Office) -> None:
    async with looping(office) as loop:
        await loop.drain()


@pytest.fixture
async def peru(actor: MakeActor) -> Actor:
    return await actor("PER", "officer")


@pytest.fixture
async def bolivia(actor: MakeActor) -> Actor:
    return await actor("BOL", "manager", "officer")


async def test_every_recipient_is_told_once_and_nobody_else(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    for party in ("BOL", "CHL", "JAM", "PER", "OAS"):
        await subscribed(office, await actor(party, "manager"), "webhook", receiver.url(f"/{party}"))
    await published(office, peru)
    await drain(office)
    await drain(office)
    assert sorted(hook.path for hook in receiver.hooks) == ["/BOL", "/CHL", "/OAS"]
    told = {row["party"]: (row["status"], row["attempts"], row["revision"]) for row in await rows(office)}
    assert told == dict.fromkeys(("BOL", "CHL", "OAS"), ("delivered", 1, 1))


async def test_a_webhook_is_signed_and_says_what_the_contract_says(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    made = await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await published(office, peru)
    await drain(office)
    (hook,) = receiver.hooks
    assert made.secret is not None
    body: Any = Webhook(made.secret).verify(hook.body, dict(hook.headers))
    assert (hook.method, hook.headers["content-type"]) == ("POST", "application/json")
    assert list(body) == ["type", "timestamp", "data"]
    assert (body["type"], body["timestamp"]) == ("notice.published", "2027-01-11T15:00:00Z")
    assert list(body["data"]) == ["notice", "recipient"]
    assert body["data"]["notice"]["id"] == notice.id
    assert body["data"]["notice"]["reference"] == "PER-2027-M4-001"
    assert body["data"]["notice"]["title"] == example()["title"]
    assert body["data"]["notice"]["etag"] == notice.etag
    (reason,) = body["data"]["recipient"].pop("reasons")
    assert reason["rule"] == "land"
    assert "Perú" in reason["text"]
    assert body["data"]["recipient"] == {"party": "BOL"}


async def test_the_spliced_body_is_what_events_show(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    from notify.notices.tables import events

    await subscribed(office, bolivia, "webhook", receiver.url(), language="pt")
    await published(office, peru)
    await drain(office)
    async with office.database.read() as connection:
        found = [row._asdict() for row in await connection.execute(sa.select(events))]
        data = await data_of(connection, found, "BOL", "pt")
        public = await data_of(connection, found, "JAM", "pt")
    assert [receiver.hooks[0].json["data"]] == list(data.values())
    assert [each["recipient"] for each in public.values()] == [None]


async def test_a_failed_webhook_is_repeated_with_the_same_id_and_body(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    made = await subscribed(office, bolivia, "webhook", receiver.url())
    receiver.then("/hook", Reply(500, body=b"out of order"), Reply(302, {"location": receiver.url("/elsewhere")}))
    await published(office, peru)
    await drain(office)
    (row,) = await rows(office)
    assert (row["status"], row["error_class"], row["error_text"]) == ("pending", "answer_5xx", "500 out of order")
    assert 4 <= (row["due_at"] - clock()).total_seconds() <= 6
    assert (await subscription_row(office, made.row["id"]))["failing_since"] == clock()
    clock.advance(seconds=3)
    await drain(office)
    assert len(receiver.hooks) == 1
    clock.advance(seconds=3)
    await drain(office)
    (row,) = await rows(office)
    assert (row["status"], row["attempts"], row["error_class"]) == ("pending", 2, "redirect")
    clock.advance(minutes=6)
    await drain(office)
    assert [hook.path for hook in receiver.hooks] == ["/hook"] * 3
    assert len({(hook.id, hook.body) for hook in receiver.hooks}) == 1
    (row,) = await rows(office)
    assert (row["status"], row["attempts"], row["error_class"], row["error_text"]) == ("delivered", 3, None, None)
    assert row["finished_at"] == clock()
    async with office.database.read() as connection:
        shown = await subscriptions.get(connection, bolivia, made.row["id"])
        assert (shown["failing_since"], shown["last_success_at"]) == (None, row["finished_at"])
        of_it = sa.select(failed_attempts).where(failed_attempts.c.delivery_id == row["id"])
        tried = await connection.execute(of_it.order_by(failed_attempts.c.number))
        assert [(each.number, each.outcome, each.answer) for each in tried] == [
            (1, "retry", 500), (2, "retry", 302),
        ]  # fmt: skip


async def test_what_a_receiver_asks_to_wait_is_waited(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    receiver.then("/hook", Reply(429, {"retry-after": "120"}))
    await published(office, peru)
    await drain(office)
    (row,) = await rows(office)
    assert (row["due_at"] - clock()).total_seconds() == 120
    clock.advance(seconds=121)
    await drain(office)
    assert len(receiver.hooks) == 2


async def test_a_late_answer_is_a_failure(office: Office, peru: Actor, bolivia: Actor, receiver: Receiver) -> None:
    from dataclasses import replace

    await subscribed(office, bolivia, "webhook", receiver.url())
    receiver.then("/hook", Reply(204, delay=1))
    await published(office, peru)
    async with looping(office, replace(QUICK, answer=0.2)) as loop:
        await loop.drain()
    (row,) = await rows(office)
    assert (row["status"], row["error_class"]) == ("pending", "timeout")


async def test_gone_switches_off_and_tells_the_partys_people(
    office: Office, actor: MakeActor, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await actor("BOL", "officer", language="fr")
    await actor("BOL", "observer")
    made = await subscribed(office, bolivia, "webhook", receiver.url("/gone"))
    await subscribed(office, bolivia, "webhook", receiver.url("/there"))
    receiver.then("/gone", Reply(410))
    notice = await published(office, peru)
    await drain(office)
    row = await subscription_row(office, made.row["id"])
    assert (row["active"], row["disabled_reason"]) == (False, "gone")
    assert [(each["status"], each["error_class"]) for each in await rows(office, subscription_id=row["id"])] == [
        ("dead", "gone")
    ]
    assert [hook.json["type"] for hook in receiver.at("/there")] == ["notice.published", "subscription.disabled"]
    assert receiver.at("/there")[1].json["data"] == {"subscription": {"id": row["id"], "reason": "gone"}}
    folder = office.settings.data_dir / "mail"
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.iterdir()]
    subjects = [str(mail["Subject"]) for mail in mails]
    head = text("A subscription was switched off")
    in_both = [translator(language)(head) for language in ("en", "fr")]
    assert len(set(in_both)) == 2
    assert sorted(subject for subject in subjects if subject in in_both) == sorted(in_both)
    await amended(office, peru, notice, MOVED)
    await drain(office)
    assert len(receiver.at("/gone")) == 1
    assert len(receiver.at("/there")) == 3


async def test_a_new_revision_goes_before_the_repeat_of_the_old_one(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    receiver.then("/hook", Reply(503))
    notice = await published(office, peru)
    await drain(office)
    await amended(office, peru, notice, MOVED)
    clock.advance(minutes=10)
    await drain(office)
    assert [hook.json["data"]["notice"]["revision"] for hook in receiver.hooks] == [1, 2]
    assert [row["status"] for row in await rows(office)] == ["superseded", "delivered"]


async def test_a_delivery_is_given_up_after_the_schedule(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    receiver.always("/hook", Reply(500))
    await published(office, peru)
    began, waits = clock(), []
    for _ in range(20):
        await drain(office)
        (row,) = await rows(office)
        if row["status"] != "pending":
            break
        waits.append((row["due_at"] - clock()).total_seconds())
        clock.set(row["due_at"])
    assert (row["status"], row["attempts"], row["finished_at"]) == ("dead", 8, clock())
    for waited, planned in zip(waits, (5, 300, 1800, 7200, 18000, 36000, 36000), strict=True):
        assert planned * 0.8 <= waited <= planned * 1.2
    assert len({hook.id for hook in receiver.hooks}) == 1
    assert 22 < (clock() - began).total_seconds() / 3600 < 33


async def test_a_personal_subscription_is_narrowed_by_its_filters(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    chile = await actor("CHL", "officer")
    for path, filters in {
        "/all": None,
        "/measure4": {"measures": [5, 4]},
        "/measure18": {"measures": [18]},
        "/peru": {"states": ["ARG", "PER"]},
        "/argentina": {"states": ["ARG"]},
        "/maritime": {"rules": ["maritime"]},
        "/invited": {"rules": ["invited"]},
        "/both": {"measures": [4], "states": ["PER"], "rules": ["land"]},
        "/one": {"measures": [5], "states": ["PER"]},
    }.items():
        await subscribed(office, chile, "webhook", receiver.url(path), kind="personal", filters=filters)
    await published(office, peru)
    await drain(office)
    assert {hook.path for hook in receiver.hooks} == {"/all", "/measure4", "/peru", "/maritime", "/both"}


async def test_whoever_had_an_earlier_revision_gets_the_next_whatever_the_filter_says_now(
    office: Office, actor: MakeActor, peru: Actor, receiver: Receiver
) -> None:
    chile = await actor("CHL", "officer")
    made = await subscribed(office, chile, "webhook", receiver.url(), kind="personal", filters={"states": ["PER"]})
    notice = await published(office, peru)
    await drain(office)
    async with office.act(chile) as act:
        narrowed = SubscriptionChange.model_validate({"filters": {"states": ["ARG"]}})
        await subscriptions.change(act, made.row["id"], narrowed)
    await amended(office, peru, notice, MOVED)
    await published(office, peru)
    await drain(office)
    assert [hook.json["data"]["notice"]["revision"] for hook in receiver.hooks] == [1, 2]


async def test_receipts_and_refusals_are_told_to_programs_of_both_sides(
    office: Office, actor: MakeActor, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    for party in ("PER", "BOL", "CHL"):
        await subscribed(office, await actor(party, "manager"), "webhook", receiver.url(f"/{party}"))
    notice = await published(office, peru)
    async with office.act(bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1, {"es": "Recibido"})
    await drain(office)
    types = {path: [hook.json["type"] for hook in receiver.at(path)] for path in ("/PER", "/BOL", "/CHL")}
    assert types == {
        "/PER": ["notice.acknowledged"],
        "/BOL": ["notice.published", "notice.acknowledged"],
        "/CHL": ["notice.published"],
    }
    assert receiver.at("/PER")[0].json["data"] == {
        "notice": {"id": notice.id, "reference": "PER-2027-M4-001", "test": False},
        "acknowledgement": {
            "party": "BOL", "revision": 1, "at": "2027-01-11T15:00:00Z", "via": "page", "statement": {"es": "Recibido"},
        },
    }  # fmt: skip


async def test_news_of_a_revision_do_not_wait_for_a_receipt_that_is_refused(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await published(office, peru)
    async with office.act(bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
    receiver.then("/hook", Reply(204), Reply(400))
    await drain(office)
    await amended(office, peru, notice, MOVED)
    await drain(office)
    assert [hook.json["type"] for hook in receiver.hooks] == [
        "notice.published", "notice.acknowledged", "notice.amended",
    ]  # fmt: skip
    clock.advance(seconds=6)
    await drain(office)
    assert receiver.hooks[-1].json["type"] == "notice.acknowledged"
    assert {row["status"] for row in await rows(office)} == {"delivered"}


async def test_what_is_switched_off_gets_nothing_and_says_so(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    made = await subscribed(office, bolivia, "webhook", receiver.url("/off"))
    await subscribed(office, bolivia, "webhook", receiver.url("/on"))
    receiver.then("/off", Reply(500))
    await published(office, peru)
    await drain(office)
    async with office.act(bolivia) as act:
        await subscriptions.change(act, made.row["id"], SubscriptionChange(active=False))
    clock.advance(minutes=1)
    await drain(office)
    assert len(receiver.at("/off")) == 1
    (row,) = await rows(office, subscription_id=made.row["id"])
    assert (row["status"], row["error_class"]) == ("dead", "switched_off")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_who_has_no_account_any_more_gets_no_personal_mail(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor, receiver: Receiver, when: str
) -> None:
    gone = await actor("BOL", "officer")
    await subscribed(office, gone, "webhook", receiver.url(), kind="personal")
    receiver.then("/hook", Reply(500))
    if when == "after":
        await published(office, peru)
        await drain(office)
    async with office.database.write() as connection:
        await connection.execute(sa.update(people).where(people.c.id == gone.person_id).values(active=False))
    if when == "before":
        await published(office, peru)
    clock.advance(minutes=1)
    await drain(office)
    assert len(receiver.hooks) == (1 if when == "after" else 0)


async def test_one_message_that_cannot_be_made_holds_up_no_other(
    office: Office, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    from notify.delivery.tables import subscriptions as table_of_subscriptions

    broken = await subscribed(office, bolivia, "webhook", receiver.url("/broken"))
    await subscribed(office, bolivia, "webhook", receiver.url("/sound"))
    async with office.database.write() as connection:
        s = table_of_subscriptions
        other_key = office.vault.seal("whsec_AAAA", "another column")
        await connection.execute(sa.update(s).where(s.c.id == broken.row["id"]).values(secret_sealed=other_key))
    await published(office, peru)
    await drain(office)
    assert [hook.path for hook in receiver.hooks] == ["/sound"]
    (row,) = await rows(office, subscription_id=broken.row["id"])
    assert (row["status"], row["error_class"]) == ("pending", "content")


async def test_every_step_is_told_by_its_own_name(
    office: Office, clock: Clock, peru: Actor, bolivia: Actor, receiver: Receiver
) -> None:
    await subscribed(office, bolivia, "webhook", receiver.url())
    notice = await published(office, peru)

    async def step(verb: Any, *words: Any) -> Notice:
        async with office.act(peru) as act:
            moved: Notice = await verb(act, notice.id, *words)
        await drain(office)
        return moved

    await drain(office)
    await step(lifecycle.postpone, None)
    await step(lifecycle.amend, {"period": example()["period"]}, None)
    clock.advance(days=230)
    await step(lifecycle.complete, {"remarks": {"es": "Sin novedad"}})
    await step(lifecycle.withdraw, {"es": "Publicado por error"})
    assert [(hook.json["type"], hook.json["data"]["notice"]["status"]) for hook in receiver.hooks] == [
        ("notice.published", "published"),
        ("notice.postponed", "postponed"),
        ("notice.amended", "published"),
        ("notice.completed", "completed"),
        ("notice.withdrawn", "withdrawn"),
    ]
