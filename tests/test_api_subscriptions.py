"""Subscriptions and deliveries over the API, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from notify.actor import WORKER
from notify.delivery.expansion import expand
from notify.delivery.tables import deliveries, subscriptions
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, expect, open_api
from tests.support.notices import example

Json = dict[str, Any]
HOOK = {"channel": "webhook", "kind": "official", "address": "https://hooks.example/advance-notices", "language": "es"}
MAIL = {"channel": "email", "kind": "personal", "address": "attache@bol.example", "language": "es"}
FEED = {"channel": "feed", "kind": "personal", "language": "es"}


@pytest.fixture
async def api(office: Office) -> AsyncIterator[Api]:
    async with open_api(office) as opened:
        yield opened


@pytest.fixture
async def manager(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("BOL", "manager"))


@pytest.fixture
async def officer(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("BOL", "officer"))


async def test_a_webhook_shows_its_secret_once(manager: Caller, officer: Caller) -> None:
    response = await manager.send("POST", "/subscriptions", HOOK)
    made = expect(response, 201)
    path = f"/subscriptions/{made['id']}"
    assert response.headers["location"] == f"/api/v1{path}"
    assert made["secret"].startswith("whsec_") and made["party"] == "BOL" and made["active"] and made["confirmed"]
    assert {name: made[name] for name in HOOK} == HOOK
    shown = await manager.get(path)
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert (await officer.get("/subscriptions"))["items"] == [shown]


async def test_a_feed_shows_its_addresses_once(officer: Caller, office: Office) -> None:
    made = await officer.post("/subscriptions", FEED, 201)
    assert list(made["urls"]) == ["atom", "json", "calendar"]
    token = made["urls"]["atom"].split("/")[-2]
    assert made["urls"] == {
        "atom": f"{office.settings.base_url}/feeds/{token}/notices.atom",
        "json": f"{office.settings.base_url}/feeds/{token}/notices.json",
        "calendar": f"{office.settings.base_url}/feeds/{token}/calendar.ics",
    }
    assert made["address"] is None and "secret" not in made
    assert "urls" not in await officer.get(f"/subscriptions/{made['id']}")
    rotated = await officer.post(f"/subscriptions/{made['id']}/rotate-secret")
    assert token not in rotated["urls"]["atom"]


async def test_a_mail_address_is_unconfirmed_until_its_link_is_followed(officer: Caller) -> None:
    filters = {"measures": [4], "states": ["PER"], "rules": ["land"]}
    made = await officer.post("/subscriptions", {**MAIL, "filters": filters}, 201)
    assert made["confirmed"] is False and made["filters"] == filters
    assert "secret" not in made and "urls" not in made
    assert (await officer.refused("POST", f"/subscriptions/{made['id']}/rotate-secret"))[0] == 409


async def test_a_subscription_is_changed_and_ended(officer: Caller) -> None:
    made = await officer.post("/subscriptions", {**MAIL, "filters": {"measures": [4]}}, 201)
    path = f"/subscriptions/{made['id']}"
    changed = expect(await officer.send("PATCH", path, {"language": "pt", "active": False}), 200)
    assert (changed["language"], changed["active"], changed["filters"]) == ("pt", False, {"measures": [4]})
    assert expect(await officer.send("PATCH", path, {"filters": None}), 200)["filters"] is None
    assert expect(await officer.send("PATCH", path, {}, changes=False), 200)["language"] == "pt"
    assert (await officer.refused("PATCH", path, {"active": "yes", "address": "b@c.example"})) == (
        422, ["/active", "/address"],
    )  # fmt: skip
    assert (await officer.send("DELETE", path)).status_code == 204
    assert (await officer.refused("GET", path))[0] == 404
    assert (await officer.get("/subscriptions"))["items"] == []


async def test_the_last_working_official_one_stays(manager: Caller) -> None:
    first = await manager.post("/subscriptions", HOOK, 201)
    assert (await manager.refused("DELETE", f"/subscriptions/{first['id']}"))[0] == 409
    assert (await manager.refused("PATCH", f"/subscriptions/{first['id']}", {"active": False}))[0] == 409
    await manager.post("/subscriptions", {**HOOK, "address": "https://other.example/"}, 201)
    assert (await manager.send("DELETE", f"/subscriptions/{first['id']}")).status_code == 204


async def test_what_narrows_nothing_is_no_filter_of_an_official_one(manager: Caller) -> None:
    made = await manager.post("/subscriptions", {**HOOK, "filters": {}}, 201)
    assert made["filters"] is None
    path = f"/subscriptions/{made['id']}"
    assert expect(await manager.send("PATCH", path, {"filters": None}), 200)["filters"] is None
    assert await manager.refused("PATCH", path, {"filters": {"measures": [4]}}) == (422, ["/filters"])


async def test_official_ones_are_a_managers_and_seen_by_the_party_alone(
    api: Api, manager: Caller, officer: Caller, actor: MakeActor
) -> None:
    assert (await officer.refused("POST", "/subscriptions", HOOK))[0] == 403
    made = await manager.post("/subscriptions", HOOK, 201)
    path = f"/subscriptions/{made['id']}"
    peru = await api.of(await actor("PER", "manager"))
    observer = await api.of(await actor("BOL", "observer"))
    auditor = await api.of(await actor(None, "auditor"))
    for caller in (peru, observer):
        assert (await caller.refused("GET", path))[0] == 404
        assert (await caller.refused("DELETE", path))[0] == 404
        assert (await caller.get("/subscriptions"))["items"] == []
    assert (await officer.refused("DELETE", path))[0] == 403
    assert (await officer.refused("POST", f"{path}/rotate-secret"))[0] == 403
    assert (await auditor.refused("GET", "/subscriptions"))[0] == 403
    mine = await observer.post("/subscriptions", FEED, 201)
    assert (await officer.refused("GET", f"/subscriptions/{mine['id']}"))[0] == 404


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/hook", "https://[64:ff9b::7f00:1]/hook", "https://[::1]/", "https://10.1.2.3/",
        "https://[2002:7f00:1::]/", "https://localhost/", "https://2130706433/", "https://169.254.169.254/latest",
        "http://hooks.example/", "ftp://hooks.example/", "hooks.example", "https://user:word@hooks.example/", "",
    ],
)  # fmt: skip
async def test_a_webhook_goes_to_no_special_address(api: Api, manager: Caller, address: str) -> None:
    api.office.settings = api.office.settings.model_copy(update={"webhook_allow_private": False})
    assert await manager.refused("POST", "/subscriptions", {**HOOK, "address": address}) == (422, ["/address"])
    assert (await manager.get("/subscriptions"))["items"] == []


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({**MAIL, "address": "nobody"}, ["/address"]),
        ({**FEED, "address": "https://x.example"}, ["/address"]),
        ({**MAIL, "filters": {"states": ["XXX"], "rules": ["moon"]}}, ["/filters/states/0", "/filters/rules/0"]),
        ({**MAIL, "filters": {"measures": [6, "4"]}}, ["/filters/measures/0", "/filters/measures/1"]),
        ({**MAIL, "colour": "red", "language": "de"}, ["/language", "/colour"]),
        ({"channel": "fax", "kind": "royal"}, ["/channel", "/kind"]),
        ({}, ["/channel", "/kind"]),
    ],
)
async def test_a_bad_subscription_is_refused(officer: Caller, body: Json, pointers: list[str]) -> None:
    assert await officer.refused("POST", "/subscriptions", body) == (422, pointers)
    assert (await officer.get("/subscriptions"))["items"] == []


async def test_an_official_one_takes_no_filter(manager: Caller) -> None:
    body = {**HOOK, "filters": {"measures": [4]}}
    assert await manager.refused("POST", "/subscriptions", body) == (422, ["/filters"])


async def test_a_party_has_room_for_so_many(api: Api, officer: Caller) -> None:
    api.office.settings = api.office.settings.model_copy(update={"subscriptions_per_party": 2})
    for _ in range(2):
        await officer.post("/subscriptions", FEED, 201)
    assert (await officer.refused("POST", "/subscriptions", FEED))[0] == 409


async def test_a_test_goes_to_whoever_can_be_told(manager: Caller, officer: Caller, office: Office) -> None:
    hook = await manager.post("/subscriptions", HOOK, 201)
    assert (await manager.post(f"/subscriptions/{hook['id']}/test", expected=202))["id"] == hook["id"]
    async with office.database.read() as connection:
        rows = (await connection.execute(sa.select(deliveries.c.subscription_id, deliveries.c.status))).all()
    assert [tuple(row) for row in rows if row.subscription_id] == [(hook["id"], "pending")]
    mail = await officer.post("/subscriptions", MAIL, 201)
    feed = await officer.post("/subscriptions", FEED, 201)
    for each in (mail, feed):
        assert (await officer.refused("POST", f"/subscriptions/{each['id']}/test"))[0] == 409


# Deliveries


async def given_up(office: Office, error: str = "the receiver's own words") -> None:
    """Expand what waits, and let every delivery have failed for good."""
    async with office.act(WORKER) as act:
        await expand(act)
        await act.connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.supersedable)
            .values(status="dead", attempts=8, finished_at=act.now, error_class="answer_5xx", error_text=error)
        )


@pytest.fixture
async def notice(api: Api, manager: Caller, actor: MakeActor, office: Office) -> Json:
    """Published by Peru; what went to Bolivia's webhook was given up."""
    await manager.post("/subscriptions", HOOK, 201)
    peru = await api.of(await actor("PER", "officer"))
    draft = await peru.post("/notices", example("exercise"), 201)
    made: Json = await peru.post(f"/notices/{draft['id']}/publish")
    await given_up(office)
    return {**made, "peru": peru}


async def test_the_poster_sees_no_address_and_no_words_of_the_receiver(notice: Json, officer: Caller) -> None:
    path = f"/notices/{notice['id']}/deliveries"
    (seen,) = (await notice["peru"].get(path))["items"]
    assert seen == {
        "id": seen["id"], "party": "BOL", "channel": "webhook", "revision": 1, "status": "dead", "attempts": 8,
        "attendance": None,
        "created_at": "2027-01-11T15:00:00Z", "finished_at": "2027-01-11T15:00:00Z", "error_class": "answer_5xx",
    }  # fmt: skip
    (own,) = (await officer.get(path))["items"]
    assert own["address"] == HOOK["address"] and own["error"] == "the receiver's own words"


async def test_a_delivery_that_was_given_up_is_tried_again_by_its_owner(
    api: Api, notice: Json, officer: Caller, actor: MakeActor
) -> None:
    (own,) = (await officer.get(f"/notices/{notice['id']}/deliveries"))["items"]
    path = f"/deliveries/{own['id']}/retry"
    chile = await api.of(await actor("CHL", "officer"))
    observer = await api.of(await actor("BOL", "observer"))
    assert (await chile.refused("POST", path))[0] == 404
    assert (await observer.refused("POST", path))[0] == 404
    assert (await notice["peru"].refused("POST", path))[0] == 403
    assert (await officer.post(path))["status"] == "pending"
    assert (await officer.refused("POST", path))[0] == 409


async def test_an_unreachable_party_is_shown_as_such(notice: Json, office: Office) -> None:
    async def reachable() -> bool:
        items = (await notice["peru"].get(f"/notices/{notice['id']}/recipients"))["items"]
        return next(bool(item["reachable"]) for item in items if item["party"] == "BOL")

    assert await reachable()
    async with office.database.write() as connection:
        await connection.execute(sa.update(subscriptions).values(failing_since=office.clock()))
    assert await reachable(), "that another state's notice does not arrive is not for everybody to see"
    async with office.database.write() as connection:
        await connection.execute(sa.update(subscriptions).values(active=False))
    assert not await reachable()
