"""Subscriptions on the pages: added, confirmed, tried, narrowed, switched off, ended; and the links in their mails."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from notify.actor import Actor
from notify.delivery import subscriptions
from notify.delivery.subscription_links import unsubscribe_token
from notify.delivery.tables import deliveries
from notify.delivery.tables import subscriptions as table
from notify.links import make
from notify.office import Office
from tests.support.people import enrol
from tests.support.posting import office_with, subscribed, subscription_row
from tests.support.premises import Fields, Premises, Window
from tests.support.visiting import words_of

MAIL: Fields = {"kind": "official", "channel": "email", "address": "guard@mindef.example", "language": "es"}


@dataclass
class Peru:
    """The pages, with a manager, an officer and an observer of Peru."""

    premises: Premises
    manager: Actor
    officer: Actor
    observer: Actor

    @property
    def office(self) -> Office:
        return self.premises.office


@pytest.fixture
async def peru(office_sqlite: Office) -> Peru:
    people = [await enrol(office_sqlite, "PER", role) for role in ("manager", "officer", "observer")]
    return Peru(Premises(office_sqlite), *people)


async def add(window: Window, fields: Fields) -> str:
    """The page that shows a secret or a feed's addresses this once."""
    answer = await window.send("/subscriptions/new", "/subscriptions/new", fields)
    assert answer.status_code == 200, words_of(answer.text)
    return answer.text


async def rows(office: Office) -> list[dict[str, object]]:
    async with office.database.read() as connection:
        return [row._asdict() for row in await connection.execute(sa.select(table).order_by(table.c.created_at))]


# Adding


async def test_a_mail_address_works_once_it_is_confirmed(peru: Peru) -> None:
    async with peru.premises.window(peru.manager) as window:
        words = await window.do("/subscriptions/new", "/subscriptions/new?kind=official", MAIL)
        assert "A mail with a link is on its way to guard@mindef.example." in words
        assert "To be confirmed" in words
    link = await peru.premises.link("confirm")
    async with peru.premises.window() as stranger:
        words = await stranger.words(link)
        assert "Peru wants to have its advance notices sent to this address: guard@mindef.example" in words
        assert "To be confirmed" in await peru.premises.words(peru.manager, "/subscriptions")  # GET shows
        assert "The address is confirmed." in await stranger.do(link, link)
        assert "The address is confirmed." in await stranger.do(link, "/signin")  # as often as wanted
        await stranger.words(link[:-2] + ("xx" if link[-2:] != "xx" else "yy"), 404)
    words = await peru.premises.words(peru.manager, "/subscriptions")
    assert "Works" in words and "To be confirmed" not in words


async def test_a_webhooks_secret_is_shown_once(peru: Peru) -> None:
    async with peru.premises.window(peru.manager) as window:
        page = await add(window, {**MAIL, "channel": "webhook", "address": "https://hooks.mindef.example/in"})
        secret = re.search(r"whsec_[\w+/=]+", page)
        assert secret is not None
        one = re.search(r'href="(/subscriptions/[0-9a-f-]{36})"', page)
        assert one is not None
        for path in ("/subscriptions", one[1]):
            assert secret[0] not in await window.html(path)
        answer = await window.send(f"{one[1]}/rotate", one[1])
        second = re.search(r"whsec_[\w+/=]+", answer.text)
        assert answer.status_code == 200 and second is not None and second[0] != secret[0]


async def test_the_addresses_of_a_feed_are_shown_once_and_change(peru: Peru) -> None:
    async with peru.premises.window(peru.officer) as window:
        page = await add(window, {"kind": "personal", "channel": "feed", "address": "ignored", "language": "en"})
        tokens = set(re.findall(r"/feeds/([\w-]+)/(?:notices\.atom|notices\.json|calendar\.ics)", page))
        assert len(tokens) == 1
        token = tokens.pop()
        async with peru.office.database.read() as connection:
            found = await subscriptions.by_feed_token(connection, token)
        assert found is not None and found["person_id"] == peru.officer.person_id
        await window.send(f"/subscriptions/{found['id']}/rotate", "/subscriptions")
    async with peru.office.database.read() as connection:
        assert await subscriptions.by_feed_token(connection, token) is None


@pytest.mark.parametrize(
    "address",
    ["http://hooks.example/", "https://127.0.0.1/", "https://[64:ff9b::7f00:1]/", "https://10.0.0.8/in", "no address"],
)
async def test_a_webhook_goes_nowhere_private(peru: Peru, address: str) -> None:
    premises = Premises(office_with(peru.office, webhook_allow_private=False))
    async with premises.window(peru.manager) as window:
        fields = {**MAIL, "channel": "webhook", "address": address}
        answer = await window.send("/subscriptions/new", "/subscriptions/new?kind=official", fields)
    assert answer.status_code == 422
    assert 'href="#address"' in answer.text and 'id="address-error"' in answer.text
    assert await rows(peru.office) == []


async def test_what_was_typed_stays_when_it_is_refused(peru: Peru) -> None:
    fields: Fields = {"kind": "personal", "channel": "email", "address": "not an address", "language": "pt",
                      "filters-measures": ["4", "18"], "filters-states": ["BOL"]}  # fmt: skip
    async with peru.premises.window(peru.officer) as window:
        answer = await window.send("/subscriptions/new", "/subscriptions/new", fields)
    assert answer.status_code == 422
    assert "Give one such as notices@ministry.example." in answer.text
    assert 'value="not an address"' in answer.text and '<option value="pt" selected>' in answer.text
    checked = re.findall(r'name="filters-(\w+)" type="checkbox" value="(\w+)" checked', answer.text)
    assert checked == [("measures", "4"), ("measures", "18"), ("states", "BOL")]


async def test_only_managers_add_official_ones(peru: Peru) -> None:
    async with peru.premises.window(peru.officer) as window:
        assert 'name="kind" value="personal"' in await window.html("/subscriptions/new?kind=official")
        answer = await window.send("/subscriptions/new", "/subscriptions/new", MAIL)
    assert answer.status_code == 403
    assert await rows(peru.office) == []


async def test_a_party_has_only_so_many(peru: Peru) -> None:
    premises = Premises(office_with(peru.office, subscriptions_per_party=1))
    async with premises.window(peru.manager) as window:
        await window.do("/subscriptions/new", "/subscriptions/new", MAIL)
        words = await window.refused("/subscriptions/new", "/subscriptions/new", MAIL, 409)
    assert "The party has 1 subscriptions, the most that it can." in words


# Who sees which


@pytest.mark.slow
async def test_personal_ones_are_their_owners_alone(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.officer, "email", "own@per.example", kind="personal")
    url = f"/subscriptions/{made.row['id']}"
    assert "own@per.example" in await peru.premises.words(peru.officer, "/subscriptions")
    for other in (peru.manager, peru.observer, await enrol(peru.office, "BOL", "manager")):
        assert "own@per.example" not in await peru.premises.words(other, "/subscriptions")
        await peru.premises.words(other, url, 404)
        async with peru.premises.window(other) as window:
            for act in ("", "/test", "/off", "/on", "/rotate", "/retry", "/remove"):
                assert (await window.send(url + act, "/subscriptions")).status_code == 404, act


async def test_officers_see_official_ones_and_change_nothing(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.manager, "email", "guard@per.example")
    url = f"/subscriptions/{made.row['id']}"
    async with peru.premises.window(peru.officer) as window:
        html = await window.html(url)
        assert "guard@per.example" in html and f'action="{url}' not in html
        assert (await window.send(f"{url}/off", "/subscriptions")).status_code == 403
    assert "guard@per.example" not in await peru.premises.words(peru.observer, "/subscriptions")
    assert (await subscription_row(peru.office, made.row["id"]))["active"]


async def test_auditors_and_administrators_have_none(peru: Peru) -> None:
    for role in ("auditor", "administrator"):
        who = await enrol(peru.office, None, role)
        await peru.premises.words(who, "/subscriptions", 403)


# Changing


async def test_the_last_working_official_one_stays(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.manager, "email", "guard@per.example")
    url = f"/subscriptions/{made.row['id']}"
    async with peru.premises.window(peru.manager) as window:
        assert "It stays on until another one does: a party must be reachable." in await window.words("/subscriptions")
        html = await window.html(url)
        assert "last official subscription that works" in html and f"{url}/off" not in html
        for act in ("off", "remove"):
            words = await window.refused(f"{url}/{act}", "/subscriptions", status=409)
            assert "This is the party's last working official subscription." in words
        second = await subscribed(peru.office, peru.manager, "webhook", "https://hooks.per.example/")
        assert "The subscription is switched off." in await window.do(f"{url}/off", "/subscriptions")
        assert "Switched off" in await window.words("/subscriptions")
        assert "The subscription is switched on." in await window.do(f"{url}/on", "/subscriptions")
        assert "removed, and its address erased" in await window.do(
            f"/subscriptions/{second.row['id']}/remove", f"/subscriptions/{second.row['id']}/remove"
        )
    gone = await subscription_row(peru.office, second.row["id"])
    assert (gone["active"], gone["address"], gone["disabled_reason"]) == (False, "", "deleted")


async def test_filters_are_set_and_taken_away(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.officer, "email", "own@per.example", kind="personal")
    url = f"/subscriptions/{made.row['id']}"
    fields: Fields = {"language": "fr", "filters-measures": ["4"], "filters-states": ["BOL", "CHL"],
                      "filters-rules": ["land"]}  # fmt: skip
    async with peru.premises.window(peru.officer) as window:
        words = await window.do(url, url, fields)
        assert "Measures: Exercises and operations" in words and "States: Bolivia and Chile" in words
        assert "Because of: land border" in words and "French" in words
        bad: Fields = {"language": "fr", "filters-states": ["ZZZ"], "filters-rules": ["whim"]}
        words = await window.refused(url, url, bad)
        assert "ZZZ is not a state of the OAS." in words and "There is no such rule." in words
        assert "nothing: all that the party is told" in await window.do(url, url, {"language": "fr"})
    assert subscriptions.filters_of(await subscription_row(peru.office, made.row["id"])) is None


async def test_a_trial_message_is_owed(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.manager, "webhook", "https://hooks.per.example/")
    url = f"/subscriptions/{made.row['id']}"
    async with peru.premises.window(peru.manager) as window:
        assert "A trial message is on its way." in await window.do(f"{url}/test", "/subscriptions")
        await window.do("/subscriptions/new", "/subscriptions/new", MAIL)
        pending = next(row for row in await rows(peru.office) if row["channel"] == "email")
        words = await window.refused(f"/subscriptions/{pending['id']}/test", "/subscriptions", status=409)
        assert "Switch the subscription on and confirm its address first" in words
    async with peru.office.database.read() as connection:
        query = sa.select(deliveries.c.status).where(deliveries.c.subscription_id == made.row["id"])
        assert (await connection.execute(query)).scalars().all() == ["pending"]


async def test_what_was_given_up_is_sent_again(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.manager, "webhook", "https://hooks.per.example/")
    url = f"/subscriptions/{made.row['id']}"
    async with peru.premises.window(peru.manager) as window:
        await window.do(f"{url}/test", "/subscriptions")
        async with peru.office.database.write() as connection:
            values = {"status": "dead", "attempts": 8, "finished_at": peru.office.clock(), "error_text": "503 later"}
            await connection.execute(sa.update(deliveries).values(**values))
            await connection.execute(sa.update(table).values(failing_since=peru.office.clock()))
        words = await window.words("/subscriptions")
        assert "Does not arrive" in words and "1 message not delivered" in words
        html = await window.html(url)
        assert "503 later" in html and "8 attempts" in words_of(html)
        named = re.search(r'name="delivery" value="([^"]+)"', html)
        assert named is not None
        assert "It is being sent once more." in await window.do(f"{url}/retry", url, {"delivery": named[1]})
        words = await window.refused(f"{url}/retry", url, {"delivery": named[1]}, 409)
        assert "was not given up" in words


# The links in mails


async def test_a_mail_program_ends_a_personal_subscription_with_one_click(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.officer, "email", "own@per.example", kind="personal")
    url = f"/unsubscribe/{unsubscribe_token(peru.office, made.row)}"
    async with peru.premises.window() as window:
        assert "own@per.example" in await window.words(url)
        assert (await subscription_row(peru.office, made.row["id"]))["active"]  # GET shows
        answer = await window.client.post(url, data={"something": "else"})
        assert answer.status_code == 403
        answer = await window.client.post(url, data={"List-Unsubscribe": "One-Click"})  # RFC 8058: no cookie, no token
        assert answer.status_code == 200
    row = await subscription_row(peru.office, made.row["id"])
    assert (row["active"], row["disabled_reason"]) == (False, "unsubscribed")


async def test_a_person_ends_it_on_the_page(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.officer, "email", "own@per.example", kind="personal")
    url = f"/unsubscribe/{unsubscribe_token(peru.office, made.row)}"
    async with peru.premises.window() as window:
        assert "No mail goes to this address any more." in await window.do(url, url)
        await window.words(f"/confirm/{url.rpartition('/')[2]}", 404)  # a link is for one purpose
    assert "Switched off by the link in a mail" in await peru.premises.words(peru.officer, "/subscriptions")


async def test_no_link_ends_an_official_one(peru: Peru) -> None:
    made = await subscribed(peru.office, peru.manager, "email", "guard@per.example")
    url = f"/unsubscribe/{make(peru.office.vault, 'unsubscribe', made.row['id'], 0)}"
    async with peru.premises.window() as window:
        await window.words(url, 404)
        assert (await window.client.post(url, data={"List-Unsubscribe": "One-Click"})).status_code == 404
    assert (await subscription_row(peru.office, made.row["id"]))["active"]
