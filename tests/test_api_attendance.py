"""Observers over the API, on both databases: request, nomination, decisions, answer, and what the rules forbid."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, open_api
from tests.support.clock import Clock
from tests.support.notices import example

Json = dict[str, Any]

ROJAS = {
    "observer": {
        "name": "Maj. R. Rojas", "rank": "Major", "function": "Liaison officer", "email": "rojas@bol.example",
        "language": "es",
    }
}  # fmt: skip


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


@pytest.fixture
async def observer(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("BOL", "observer", name="Cap. M. Mamani", language="es"))


@pytest.fixture
async def notice(peru: Caller) -> Json:
    return await published(peru)


async def published(peru: Caller, **values: object) -> Json:
    draft = await peru.post("/notices", example("exercise", **values), 201)
    made: Json = await peru.post(f"/notices/{draft['id']}/publish")
    return made


async def test_a_request_is_endorsed_approved_and_answered(
    peru: Caller, bolivia: Caller, observer: Caller, notice: Json
) -> None:
    response = await observer.send("POST", f"/notices/{notice['id']}/attendance", {"remarks": "Spanish speaker"})
    asked = response.json()
    path = f"/attendance/{asked['id']}"
    assert response.status_code == 201
    assert response.headers["location"] == f"/api/v1{path}"
    assert (asked["status"], asked["reply"], asked["party"]) == ("requested", "needs-action", "BOL")
    assert asked["observer"]["name"] == "Cap. M. Mamani"
    assert asked["notice"] == notice["id"]
    assert (await peru.refused("POST", f"{path}/approve"))[0] == 409
    endorsed = await bolivia.post(f"{path}/endorse")
    assert endorsed["status"] == "endorsed" and endorsed["endorsed_at"] is not None
    assert (await peru.post(f"{path}/approve"))["status"] == "approved"
    assert (await observer.post(f"{path}/reply", {"reply": "accepted"}))["reply"] == "accepted"
    for caller in (peru, bolivia, observer):
        assert (await caller.get(path))["reply"] == "accepted"


async def test_a_nomination_is_born_endorsed(peru: Caller, bolivia: Caller, notice: Json) -> None:
    path = f"/notices/{notice['id']}/attendance"
    made = await bolivia.post(path, {**ROJAS, "remarks": "Knows the area"}, 201)
    assert made["status"] == "endorsed" and made["observer"] == ROJAS["observer"]
    assert (await peru.get(path))["items"] == [made]
    assert (await bolivia.refused("POST", path, ROJAS))[0] == 409
    assert (await bolivia.refused("POST", f"/attendance/{made['id']}/endorse"))[0] == 409


async def test_the_same_decision_twice_is_refused(peru: Caller, bolivia: Caller, notice: Json) -> None:
    made = await bolivia.post(f"/notices/{notice['id']}/attendance", ROJAS, 201)
    path = f"/attendance/{made['id']}"
    await peru.post(f"{path}/approve")
    assert (await peru.refused("POST", f"{path}/approve"))[0] == 409
    assert (await peru.refused("POST", f"{path}/decline"))[0] == 409
    revoked = await peru.post(f"{path}/revoke", {"reason": {"es": "Cambio de programa"}})
    assert (revoked["status"], revoked["reason"]) == ("revoked", {"es": "Cambio de programa"})
    assert (await peru.refused("POST", f"{path}/revoke"))[0] == 409
    assert (await bolivia.refused("POST", f"{path}/reply", {"reply": "accepted"}))[0] == 409


async def test_who_decides_what(api: Api, peru: Caller, bolivia: Caller, notice: Json, actor: MakeActor) -> None:
    made = await bolivia.post(f"/notices/{notice['id']}/attendance", ROJAS, 201)
    path = f"/attendance/{made['id']}"
    chile = await api.of(await actor("CHL", "officer"))
    auditor = await api.of(await actor(None, "auditor"))
    manager = await api.of(await actor("PER", "manager"))
    assert (await chile.refused("GET", path))[0] == 404
    assert (await chile.refused("POST", f"{path}/approve"))[0] == 404
    assert (await bolivia.refused("POST", f"{path}/approve"))[0] == 403
    for step in ("decline", "revoke"):
        assert (await bolivia.refused("POST", f"{path}/{step}", {"colour": "red"}))[0] == 403
    assert (await peru.refused("POST", f"{path}/endorse"))[0] == 403
    assert (await peru.refused("POST", f"{path}/withdraw"))[0] == 403
    assert (await peru.refused("POST", f"{path}/reply", {"reply": "accepted"}))[0] == 403
    assert (await manager.refused("POST", f"{path}/approve"))[0] == 403
    assert (await auditor.refused("POST", f"{path}/approve"))[0] == 403
    assert (await auditor.get(path))["status"] == "endorsed"
    declined = await peru.post(f"{path}/decline", {"reason": {"es": "No quedan plazas"}})
    assert declined["status"] == "declined"


async def test_an_observer_sees_and_withdraws_their_own_alone(bolivia: Caller, observer: Caller, notice: Json) -> None:
    path = f"/notices/{notice['id']}/attendance"
    other = await bolivia.post(path, ROJAS, 201)
    mine = await observer.post(path, expected=201)
    assert [row["id"] for row in (await observer.get(path))["items"]] == [mine["id"]]
    assert (await observer.refused("GET", f"/attendance/{other['id']}"))[0] == 404
    assert (await observer.refused("POST", f"/attendance/{other['id']}/withdraw"))[0] == 404
    assert (await observer.refused("POST", path, ROJAS))[0] == 403
    assert (await observer.post(f"/attendance/{mine['id']}/withdraw"))["status"] == "withdrawn"
    assert len((await bolivia.get(path))["items"]) == 2


async def test_seats_are_never_oversold(peru: Caller, bolivia: Caller, notice: Json) -> None:
    path = f"/notices/{notice['id']}/attendance"
    made = []
    for n in range(4):
        person = {**ROJAS["observer"], "email": f"observer{n}@bol.example"}
        made.append(await bolivia.post(path, {"observer": person}, 201))
    answers = await asyncio.gather(*(peru.send("POST", f"/attendance/{row['id']}/approve") for row in made))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    approved = [row for row in (await peru.get(path))["items"] if row["status"] == "approved"]
    assert len(approved) == 2


@pytest.mark.slow
async def test_seats_stay_at_least_those_given(peru: Caller, bolivia: Caller, notice: Json) -> None:
    for n in range(2):
        person = {**ROJAS["observer"], "email": f"observer{n}@bol.example"}
        made = await bolivia.post(f"/notices/{notice['id']}/attendance", {"observer": person}, 201)
        await peru.post(f"/attendance/{made['id']}/approve")
    observation = {**notice["observation"], "seats": 1}
    path = f"/notices/{notice['id']}/amend"
    status, pointers = await peru.refused("POST", path, {"observation": observation})
    assert status == 422 and "/observation/seats" in pointers
    await peru.post(path, {"observation": {**notice["observation"], "seats": 2}})


async def test_no_observers_any_more_revokes_all(peru: Caller, bolivia: Caller, notice: Json) -> None:
    path = f"/notices/{notice['id']}/attendance"
    first = await bolivia.post(path, ROJAS, 201)
    await peru.post(f"/attendance/{first['id']}/approve")
    await peru.post(f"/notices/{notice['id']}/amend", {"observation": None})
    assert (await bolivia.get(f"/attendance/{first['id']}"))["status"] == "revoked"
    assert (await bolivia.refused("POST", path, ROJAS))[0] == 403


async def test_nobody_is_taken_on_who_was_not_invited_or_too_late(
    api: Api, peru: Caller, bolivia: Caller, actor: MakeActor, clock: Clock
) -> None:
    open_to_all = await published(peru, visibility="members")
    path = f"/notices/{open_to_all['id']}/attendance"
    jamaica = await api.of(await actor("JAM", "officer"))
    assert (await jamaica.refused("POST", path, ROJAS))[0] == 403
    assert (await peru.refused("POST", path, ROJAS))[0] == 403
    await peru.post(f"/notices/{open_to_all['id']}/postpone")
    assert (await bolivia.refused("POST", path, ROJAS))[0] == 409
    other = await published(peru)
    clock.advance(days=200)  # past reply_by
    assert (await bolivia.refused("POST", f"/notices/{other['id']}/attendance", ROJAS))[0] == 409


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"observer": {"name": "José", "email": "josé@b.example", "language": "es"}}, ["/observer/email"]),
        ({"observer": {"name": " ", "email": "x", "language": "de"}},
         ["/observer/name", "/observer/email", "/observer/language"]),
        ({"observer": {"name": "A", "email": "a@b.example", "language": "es", "rank": "x" * 101}}, ["/observer/rank"]),
        ({"observer": {"name": "A\nB", "email": "a@b.example", "language": "es"}}, ["/observer/name"]),
        ({"observer": "Rojas", "colour": "red"}, ["/observer", "/colour"]),
        ({"observer": {}}, ["/observer/name", "/observer/email", "/observer/language"]),
        ({**ROJAS, "remarks": "x" * 2001}, ["/remarks"]),
        ({**ROJAS, "remarks": "a\0b"}, [""]),
    ],
)  # fmt: skip
async def test_a_bad_nomination_is_refused(bolivia: Caller, notice: Json, body: Json, pointers: list[str]) -> None:
    path = f"/notices/{notice['id']}/attendance"
    assert await bolivia.refused("POST", path, body) == (422, pointers)
    assert (await bolivia.get(path))["items"] == []


async def test_an_answer_is_one_of_three(peru: Caller, bolivia: Caller, notice: Json) -> None:
    made = await bolivia.post(f"/notices/{notice['id']}/attendance", ROJAS, 201)
    path = f"/attendance/{made['id']}/reply"
    assert (await bolivia.refused("POST", path, {"reply": "accepted"}))[0] == 409
    await peru.post(f"/attendance/{made['id']}/approve")
    for bad in ({"reply": "maybe"}, {"reply": "needs-action"}, {}, {"reply": "accepted", "x": 1}):
        assert (await bolivia.refused("POST", path, bad))[0] == 422
    for reply in ("accepted", "tentative", "declined"):
        assert (await bolivia.post(path, {"reply": reply}))["reply"] == reply


@pytest.mark.parametrize("step", ["waitlist", "check-in"])
async def test_what_a_later_version_brings_is_absent(bolivia: Caller, notice: Json, step: str) -> None:
    made = await bolivia.post(f"/notices/{notice['id']}/attendance", ROJAS, 201)
    assert (await bolivia.refused("POST", f"/attendance/{made['id']}/{step}"))[0] == 404
