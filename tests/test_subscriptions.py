"""Subscriptions over their verbs: who may make them, what they may be, who hears of their changes."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from standardwebhooks import Webhook

from notify.accounts.tables import people
from notify.actor import Actor
from notify.delivery import pings, subscription_links, subscriptions
from notify.delivery.subscription_models import NewSubscription, SubscriptionChange
from notify.delivery.tables import letters as letters_table
from notify.delivery.tables import subscriptions as subscriptions_table
from notify.errors import Invalid, LifecycleError, NotAllowed, NotVisible
from notify.links import make
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.posting import amended, looping, published, subscribed, subscription_row
from tests.support.receiver import Receiver


@pytest.fixture
async def manager(actor: MakeActor) -> Actor:
    return await actor("BOL", "manager")


def mails(office: Office) -> list[EmailMessage]:
    """The mails written so far."""
    folder = office.settings.data_dir / "mail"
    made = []
    for path in sorted(folder.iterdir()) if folder.exists() else ():
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        made.append(message)
    return made


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def drain(office: Office) -> None:
    async with looping(office) as loop:
        await loop.drain()


async def test_official_ones_are_made_by_managers_and_personal_ones_by_anyone(
    office: Office, actor: MakeActor, manager: Actor
) -> None:
    officer, observer, auditor = (
        await actor("BOL", "officer"),
        await actor("BOL", "observer"),
        await actor(None, "auditor"),
    )
    with pytest.raises(NotAllowed):
        await subscribed(office, officer, "webhook", "https://a.example/")
    for who in (manager, officer, observer):
        made = await subscribed(office, who, "webhook", "https://a.example/", kind="personal")
        assert (made.row["party"], made.row["person_id"]) == ("BOL", who.person_id)
    with pytest.raises(NotAllowed):
        await subscribed(office, auditor, "webhook", "https://a.example/", kind="personal")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"channel": "feed", "kind": "personal", "address": "https://a.example/"}, "/address"),
        ({"channel": "webhook", "kind": "personal"}, "/address"),
        ({"channel": "email", "kind": "personal", "address": "nobody"}, "/address"),
        ({"channel": "feed", "kind": "official", "filters": {"measures": [4]}}, "/filters"),
        ({"channel": "feed", "kind": "personal", "filters": {"states": ["PER", "XXX"]}}, "/filters/states/1"),
        ({"channel": "feed", "kind": "personal", "filters": {"states": ["OAS"]}}, "/filters/states/0"),
        ({"channel": "feed", "kind": "personal", "filters": {"rules": ["sea"]}}, "/filters/rules/0"),
    ],
)
async def test_a_bad_field_is_named(office: Office, manager: Actor, body: dict[str, object], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        async with office.act(manager) as act:
            await subscriptions.create(act, NewSubscription.model_validate(body))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    async with office.database.read() as connection:
        assert await subscriptions.list_of(connection, manager) == []


@pytest.mark.parametrize(
    "body",
    [
        {"channel": "fax", "kind": "personal"},
        {"channel": "feed", "kind": "secret"},
        {"channel": "feed", "kind": "personal", "language": "de"},
        {"channel": "feed", "kind": "personal", "colour": "red"},
        {"channel": "feed", "kind": "personal", "filters": {"measures": [7]}},
    ],
)
def test_an_unknown_code_or_field_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NewSubscription.model_validate(body)


async def test_a_mail_address_works_once_its_link_is_followed(office: Office, actor: MakeActor, manager: Actor) -> None:
    peru = await actor("PER", "officer")
    made = await subscribed(office, manager, "email", "avisos@rree.example", language="fr", confirm=False)
    await published(office, peru)
    await drain(office)
    (letter,) = [each for each in mails(office) if each["To"] == "avisos@rree.example"]
    token = make(office.vault, "confirm", made.row["id"], 0)
    assert f"{office.settings.base_url}/confirm/{token}" in text_of(letter)
    for wrong in ("", "x", made.row["id"], f"{made.row['id']}.x", make(office.vault, "unsubscribe", made.row["id"], 0)):
        with pytest.raises(NotVisible):
            await subscriptions.confirm(office, wrong)
    row = await subscriptions.confirm(office, token)
    assert row["confirmed_at"] is not None
    assert (await subscriptions.confirm(office, token))["confirmed_at"] == row["confirmed_at"]
    await published(office, peru)
    await drain(office)
    assert len([each for each in mails(office) if each["To"] == "avisos@rree.example"]) == 2


async def test_one_click_ends_a_personal_subscription_and_no_official_one(office: Office, manager: Actor) -> None:
    own = await subscribed(office, manager, "email", "own@rree.example", kind="personal")
    partys = await subscribed(office, manager, "email", "avisos@rree.example")
    with pytest.raises(NotVisible):
        await subscriptions.unsubscribe(office, subscription_links.unsubscribe_token(office, partys.row))
    token = subscription_links.unsubscribe_token(office, own.row)
    assert not (await subscriptions.unsubscribe(office, token))["active"]
    assert not (await subscriptions.unsubscribe(office, token))["active"]
    assert (await subscription_row(office, own.row["id"]))["disabled_reason"] == "unsubscribed"
    # Her own office switches it on again: whoever reads that mailbox must agree anew.
    await drain(office)
    async with office.act(manager) as act:
        await subscriptions.change(act, own.row["id"], SubscriptionChange(active=True))
        with pytest.raises(LifecycleError):
            await pings.send_test(act, own.row["id"])
    before = len(mails(office))
    await drain(office)
    asked = mails(office)[before:]
    assert [each["To"] for each in asked if "/confirm/" in text_of(each)] == ["own@rree.example"]
    await subscriptions.confirm(office, make(office.vault, "confirm", own.row["id"], 0))
    async with office.act(manager) as act:
        await pings.send_test(act, own.row["id"])


async def test_the_last_working_official_one_stays(office: Office, manager: Actor) -> None:
    first = await subscribed(office, manager, "webhook", "https://a.example/")
    second = await subscribed(office, manager, "email", "avisos@rree.example", confirm=False)
    async with office.act(manager) as act:
        await subscriptions.create(act, NewSubscription(channel="feed", kind="official"))
    for refused in (
        subscriptions.delete,
        lambda act, id_: subscriptions.change(act, id_, SubscriptionChange(active=False)),
    ):
        with pytest.raises(LifecycleError):
            async with office.act(manager) as act:
                await refused(act, first.row["id"])
    await subscriptions.confirm(office, make(office.vault, "confirm", second.row["id"], 0))
    async with office.act(manager) as act:
        await subscriptions.delete(act, first.row["id"])
    with pytest.raises(LifecycleError):
        async with office.act(manager) as act:
            await subscriptions.delete(act, second.row["id"])


async def test_of_two_that_are_removed_at_once_one_stays(office: Office, actor: MakeActor, manager: Actor) -> None:
    made = [await subscribed(office, manager, "webhook", f"https://{n}.example/") for n in "ab"]
    managers = [manager, await actor("BOL", "manager")]

    async def remove(who: Actor, subscription_id: str) -> None:
        async with office.act(who) as act:
            await subscriptions.delete(act, subscription_id)

    ends = await asyncio.gather(
        *(remove(who, each.row["id"]) for who, each in zip(managers, made, strict=True)), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ends) == ["LifecycleError", "NoneType"]


async def test_every_change_of_an_official_one_is_told_to_the_partys_officers(
    office: Office, actor: MakeActor, manager: Actor
) -> None:
    officers = [await actor("BOL", "officer"), await actor("BOL", "officer", "manager")]
    await actor("PER", "officer")
    await actor("BOL", "observer")
    await subscribed(office, manager, "email", "avisos@rree.example")
    made = await subscribed(office, manager, "webhook", "https://hooks.example/x")
    own = await subscribed(office, manager, "webhook", "https://own.example/", kind="personal")
    subscription_id = made.row["id"]
    async with office.act(manager) as act:
        await subscriptions.change(act, subscription_id, SubscriptionChange(language="en"))
        await subscriptions.change(act, subscription_id, SubscriptionChange(active=False))
        await subscriptions.change(act, subscription_id, SubscriptionChange(active=True))
        await subscriptions.rotate_secret(act, subscription_id)
        await subscriptions.delete(act, subscription_id)
        await subscriptions.rotate_secret(act, own.row["id"])
    async with office.database.read() as connection:
        statement = sa.select(people.c.email).where(people.c.id.in_([officer.person_id for officer in officers]))
        addresses = set((await connection.execute(statement)).scalars())
    await drain(office)
    told = [each for each in mails(office) if each["To"] in addresses]
    assert sorted(str(each["Subject"]) for each in told if "hooks.example" in text_of(each)) == sorted(
        2
        * [
            "An official subscription was made",
            "An official subscription was changed",
            "An official subscription was switched off",
            "An official subscription was switched on",
            "The secret of an official subscription was renewed",
            "An official subscription was deleted",
        ]
    )
    assert len(told) == 14
    assert all(manager.name in text_of(each) for each in told)


async def test_each_sees_their_partys_official_ones_and_their_own(
    office: Office, actor: MakeActor, manager: Actor
) -> None:
    officer, observer, chile = (
        await actor("BOL", "officer"),
        await actor("BOL", "observer"),
        await actor("CHL", "manager"),
    )
    official = await subscribed(office, manager, "webhook", "https://a.example/")
    own = await subscribed(office, officer, "webhook", "https://own.example/", kind="personal")
    async with office.database.read() as connection:
        seen = {
            who.name: [row["id"] for row in await subscriptions.list_of(connection, who)]
            for who in (manager, officer, observer, chile)
        }
        assert list(seen.values()) == [[official.row["id"]], [official.row["id"], own.row["id"]], [], []]
        for who, row in ((chile, official.row), (manager, own.row), (observer, official.row)):
            with pytest.raises(NotVisible):
                await subscriptions.get(connection, who, row["id"])
        with pytest.raises(NotVisible):
            await subscriptions.get(connection, manager, "nonsense")
    with pytest.raises(NotAllowed):
        async with office.act(officer) as act:
            await subscriptions.rotate_secret(act, official.row["id"])


async def test_a_feed_opens_by_its_latest_token_while_its_owner_has_an_account(
    office: Office, actor: MakeActor
) -> None:
    officer = await actor("BOL", "officer")
    async with office.act(officer) as act:
        made = await subscriptions.create(act, NewSubscription(channel="feed", kind="personal"))
        renewed = await subscriptions.rotate_secret(act, made.row["id"])
    assert made.feed_token is not None
    assert renewed.feed_token is not None

    async def opens(token: str) -> bool:
        async with office.database.read() as connection:
            return await subscriptions.by_feed_token(connection, token) is not None

    assert not await opens(made.feed_token)
    assert await opens(renewed.feed_token)
    async with office.database.write() as connection:
        await connection.execute(sa.update(people).where(people.c.id == officer.person_id).values(active=False))
    assert not await opens(renewed.feed_token)


async def test_a_party_is_reachable_by_a_working_official_one_and_hears_itself_that_it_fails(
    office: Office, actor: MakeActor, manager: Actor
) -> None:
    async def reachable() -> bool:
        async with office.database.read() as connection:
            return (await subscriptions.reachable(connection))["BOL"]

    async def arriving() -> bool:
        async with office.database.read() as connection:
            return (await subscriptions.arriving(connection))["BOL"]

    await subscribed(office, manager, "webhook", "https://own.example/", kind="personal")
    made = await subscribed(office, manager, "email", "avisos@rree.example", confirm=False)
    assert not await reachable() and not await arriving()
    await subscriptions.confirm(office, make(office.vault, "confirm", made.row["id"], 0))
    assert await reachable() and await arriving()
    async with office.database.write() as connection:
        await connection.execute(sa.update(subscriptions_table).values(failing_since=office.clock()))
    assert await reachable() and not await arriving()
    async with office.database.read() as connection:
        assert not (await subscriptions.reachable(connection))["JAM"]


async def test_a_trial_message_goes_the_whole_way_and_is_in_no_log(
    office: Office, clock: Clock, manager: Actor, receiver: Receiver
) -> None:
    hook = await subscribed(office, manager, "webhook", receiver.url())
    mailed = await subscribed(office, manager, "email", "avisos@rree.example", language="en")
    unconfirmed = await subscribed(office, manager, "email", "other@rree.example", confirm=False)
    async with office.act(manager) as act:
        feed = await subscriptions.create(act, NewSubscription(channel="feed", kind="official"))
        for each in (hook, mailed):
            await pings.send_test(act, each.row["id"])
    for refused in (unconfirmed, feed):
        with pytest.raises(LifecycleError):
            async with office.act(manager) as act:
                await pings.send_test(act, refused.row["id"])
    await drain(office)
    assert receiver.hooks[0].json == {
        "type": "ping",
        "timestamp": "2027-01-11T15:00:00Z",
        "data": {"subscription": {"id": hook.row["id"]}},
    }
    (trial,) = [each for each in mails(office) if each["Subject"] == "Trial message"]
    assert trial["To"] == "avisos@rree.example"
    assert (await subscription_row(office, hook.row["id"]))["last_test_at"] == clock()
    from notify.notices.tables import log

    async with office.database.read() as connection:
        assert (await connection.execute(sa.select(log))).all() == []


async def test_while_a_secret_is_rotated_both_verify(
    office: Office, clock: Clock, actor: MakeActor, manager: Actor, receiver: Receiver
) -> None:
    peru = await actor("PER", "officer")
    made = await subscribed(office, manager, "webhook", receiver.url())
    async with office.act(manager) as act:
        renewed = await subscriptions.rotate_secret(act, made.row["id"])
    assert made.secret is not None
    assert renewed.secret is not None
    assert made.secret != renewed.secret
    notice = await published(office, peru)
    await drain(office)
    for secret in (made.secret, renewed.secret):
        Webhook(secret).verify(receiver.hooks[0].body, dict(receiver.hooks[0].headers))
    clock.advance(hours=25)
    await amended(office, peru, notice, {"note_reference": "5-4-M/115"})
    await drain(office)
    assert len(receiver.hooks[1].headers["webhook-signature"].split()) == 1
    Webhook(renewed.secret).verify(receiver.hooks[1].body, dict(receiver.hooks[1].headers))


async def test_letters_are_erased_once_they_are_sent(office: Office, manager: Actor) -> None:
    await subscribed(office, manager, "email", "avisos@rree.example", confirm=False)
    async with office.database.read() as connection:
        (letter,) = await connection.execute(sa.select(letters_table).where(letters_table.c.kind == "confirm"))
    assert "confirm/" not in letter.facts_sealed
    await drain(office)
    async with office.database.read() as connection:
        assert (await connection.execute(sa.select(letters_table))).all() == []
    said = [mail.read_text() for mail in (office.settings.data_dir / "mail").iterdir()]
    assert len([text for text in said if "\nTo: avisos@rree.example\n" in text]) == 1
