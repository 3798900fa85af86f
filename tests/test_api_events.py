"""Events by cursor, on both databases: what a party can read, in its own order, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, open_api
from tests.support.notices import days, example

Json = dict[str, Any]


@pytest.fixture
async def api(office: Office) -> AsyncIterator[Api]:
    async with open_api(office) as opened:
        yield opened


@pytest.fixture
async def peru(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("PER", "officer"))


@pytest.fixture
async def bolivia(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("BOL", "officer"))


async def published(caller: Caller, **values: object) -> Json:
    draft = await caller.post("/notices", example("exercise", **values), 201)
    notice: Json = await caller.post(f"/notices/{draft['id']}/publish")
    return notice


async def test_a_party_reads_what_it_was_told_in_order(peru: Caller, bolivia: Caller) -> None:
    assert await bolivia.get("/events") == {"items": [], "next_cursor": "0"}
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    await bolivia.post(f"{path}/acknowledgements", {"revision": 1}, 201)
    await peru.post(f"{path}/amend", {"period": days("2027-08-16", "2027-08-30")})
    events = await bolivia.get("/events?after=0")
    assert [(e["position"], e["type"]) for e in events["items"]] == [
        (1, "notice.published"), (2, "notice.acknowledged"), (3, "notice.amended"),
    ]  # fmt: skip
    assert events["next_cursor"] == "3"
    first = events["items"][0]
    assert first["timestamp"] == "2027-01-11T15:00:00Z"
    assert first["data"]["notice"] == notice
    assert first["data"]["recipient"]["party"] == "BOL"
    assert first["data"]["recipient"]["reasons"][0]["rule"] == "land"
    assert events["items"][1]["data"]["acknowledgement"]["party"] == "BOL"
    assert events["items"][2]["data"]["notice"] == await bolivia.get(path)


async def test_the_cursor_is_never_null_and_stands_still_when_nothing_is_new(peru: Caller, bolivia: Caller) -> None:
    for _ in range(3):
        await published(peru)
    after, seen = "0", []
    while True:
        page = await bolivia.get(f"/events?after={after}&limit=1")
        if not page["items"]:
            break
        seen += [event["position"] for event in page["items"]]
        after = page["next_cursor"]
    assert seen == [1, 2, 3]
    assert page["next_cursor"] == after == "3"
    assert (await bolivia.get("/events?after=41"))["next_cursor"] == "41"


async def test_what_a_party_may_not_see_moves_nothing(api: Api, peru: Caller, actor: MakeActor) -> None:
    jamaica = await api.of(await actor("JAM", "officer"))
    before = await jamaica.send("GET", "/events")
    await published(peru)
    after = await jamaica.send("GET", "/events")
    assert after.content == before.content
    shown = await published(peru, visibility="members")
    events = (await jamaica.get("/events"))["items"]
    assert [(e["position"], e["data"]["notice"]["id"]) for e in events] == [(1, shown["id"])]


async def test_attendance_is_told_to_host_and_own_party(
    api: Api, peru: Caller, bolivia: Caller, actor: MakeActor
) -> None:
    chile = await api.of(await actor("CHL", "officer"))
    notice = await published(peru)
    person = {"name": "R. Rojas", "email": "rojas@bol.example", "language": "es"}
    made = await bolivia.post(f"/notices/{notice['id']}/attendance", {"observer": person}, 201)
    await peru.post(f"/attendance/{made['id']}/approve")
    kinds = ["notice.published", "attendance.endorsed", "attendance.approved"]
    for caller in (peru, bolivia):
        events = (await caller.get("/events"))["items"]
        assert [event["type"] for event in events] == kinds
        assert events[2]["data"]["attendance"]["observer"]["name"] == "R. Rojas"
    assert [event["type"] for event in (await chile.get("/events"))["items"]] == kinds[:1]


async def test_observers_auditors_and_administrators_read_none(api: Api, peru: Caller, actor: MakeActor) -> None:
    await published(peru)
    for party, role in (("BOL", "observer"), (None, "auditor"), (None, "administrator")):
        caller = await api.of(await actor(party, role))  # type: ignore[arg-type]
        assert (await caller.refused("GET", "/events"))[0] == 403
    manager = await api.of(await actor("BOL", "manager"))
    assert len((await manager.get("/events"))["items"]) == 1


async def test_reasons_are_in_the_callers_language(peru: Caller, bolivia: Caller) -> None:
    await published(peru)
    (event,) = (await bolivia.get("/events", accept_language="es"))["items"]
    assert "del Perú" in event["data"]["recipient"]["reasons"][0]["text"]


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=x", "after=", "after=2147483648", "after=1.0", "limit=0", "cursor=1", "after=1&after=2"],
)
async def test_a_bad_cursor_is_refused(bolivia: Caller, query: str) -> None:
    assert (await bolivia.refused("GET", f"/events?{query}"))[0] == 422
