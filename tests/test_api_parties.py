"""Parties, neighbouring states and the preview of who would be told, over the API and on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, expect, open_api
from tests.support.notices import example

TABATINGA = {
    "measure": 4,
    "state": "BRA",
    "place": {
        "name": "Tabatinga", "geometry": {"type": "Point", "coordinates": [-69.94, -4.24]}, "radius_km": 40,
    },
    "participants": [{"state": "COL", "personnel": 150}],
    "observation": None,
    "also_notify": [],
}  # fmt: skip


@pytest.fixture
async def api(office: Office) -> AsyncIterator[Api]:
    async with open_api(office) as opened:
        yield opened


@pytest.fixture
async def administrator(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor(None, "administrator"))


@pytest.fixture
async def brazil(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("BRA", "officer"))


async def test_parties_are_read_by_their_codes(brazil: Caller) -> None:
    peru = await brazil.get("/parties/PER")
    assert (peru["kind"], peru["names"]["es"], peru["timezone"]) == ("state", "Perú", "America/Lima")
    organisations = await brazil.get("/parties?kind=organisation")
    assert "OAS" in [party["code"] for party in organisations["items"]]
    assert len((await brazil.get("/parties?kind=state"))["items"]) == 35


async def test_the_preview_says_who_would_be_told_and_what_only_borders(brazil: Caller) -> None:
    shown = await brazil.post("/adjacency/preview", TABATINGA)
    told = {item["party"]: item for item in shown["items"]}
    assert [reason["rule"] for reason in told["COL"]["reasons"]] == ["land", "participant"]
    assert "BRA" not in told and told["COL"]["reachable"] is False
    assert shown["also_bordering"][0]["administered_by"] == "FRA"
    spanish = await brazil.post("/adjacency/preview", TABATINGA, accept_language="es")
    assert "del Brasil" in spanish["items"][0]["reasons"][0]["text"]


async def test_the_preview_names_what_is_wrong_and_writes_nothing(brazil: Caller) -> None:
    bad = {**TABATINGA, "also_notify": ["XXX"], "colour": "red"}
    assert await brazil.refused("POST", "/adjacency/preview", bad) == (422, ["/also_notify/0", "/colour"])
    whole = example("exercise")
    status, pointers = await brazil.refused("POST", "/adjacency/preview", whole)
    assert status == 422 and "/title" in pointers


async def test_the_table_is_read_changed_and_read_again(administrator: Caller, brazil: Caller) -> None:
    table = await brazil.get("/adjacency")
    assert table["version"] == 1
    edges = [edge for edge in table["edges"] if {edge["a"], edge["b"]} != {"BRA", "COL"}]
    body = {"edges": edges, "reason": "A try", "version": 1}
    replaced = await administrator.send("PUT", "/adjacency", body)
    assert replaced.status_code == 200
    assert replaced.json()["version"] == 2
    assert await brazil.get("/adjacency") == replaced.json()
    told = {item["party"]: item for item in (await brazil.post("/adjacency/preview", TABATINGA))["items"]}
    assert [reason["rule"] for reason in told["COL"]["reasons"]] == ["participant"]
    assert (await administrator.refused("PUT", "/adjacency", body))[0] == 412
    same = await administrator.send("PUT", "/adjacency", {"edges": edges, "reason": "The same"}, changes=False)
    assert same.json()["version"] == 2
    as_read = {**await brazil.get("/adjacency"), "reason": "As it was read"}
    assert expect(await administrator.send("PUT", "/adjacency", as_read, changes=False), 200)["version"] == 2


async def test_both_parties_of_a_removed_pair_are_told(
    administrator: Caller, api: Api, actor: MakeActor, office: Office
) -> None:
    import sqlalchemy as sa

    from notify.delivery.tables import letters

    await actor("BRA", "officer")
    await actor("COL", "officer")
    await actor("PER", "officer")
    table = await administrator.get("/adjacency")
    edges = [edge for edge in table["edges"] if {edge["a"], edge["b"]} != {"BRA", "COL"}]
    await administrator.send("PUT", "/adjacency", {"edges": edges, "reason": "A try"})
    async with office.database.read() as connection:
        kinds = (await connection.execute(sa.select(letters.c.kind))).scalars().all()
    assert kinds == ["adjacency_changed", "adjacency_changed"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"edges": [{"a": "PER", "b": "XXX", "kind": "land"}], "reason": "x"}, ["/edges/0/b"]),
        ({"edges": [{"a": "PER", "b": "PER", "kind": "land"}], "reason": "x"}, ["/edges/0/b"]),
        ({"edges": [{"a": "PER", "b": "BOL", "kind": "air"}], "reason": "x"}, ["/edges/0/kind"]),
        ({"edges": [{"a": "PER", "b": "BOL", "kind": "land"}] * 2, "reason": "x"}, ["/edges/1"]),
        ({"edges": [{"a": "PER", "b": "BOL", "kind": "land", "reason": "=A1"}], "reason": "x"}, ["/edges/0/reason"]),
        ({"edges": [], "reason": ""}, ["/reason"]),
        ({"edges": [], "reason": " "}, ["/reason"]),
        ({"edges": []}, ["/reason"]),
        ({"reason": "x", "version": "1", "colour": 1}, ["/edges", "/version", "/colour"]),
    ],
)
async def test_a_bad_table_changes_nothing(administrator: Caller, body: dict[str, object], pointers: list[str]) -> None:
    before = await administrator.get("/adjacency")
    assert await administrator.refused("PUT", "/adjacency", body) == (422, pointers)
    assert await administrator.get("/adjacency") == before


async def test_only_an_administrator_changes_the_table(brazil: Caller) -> None:
    assert (await brazil.refused("PUT", "/adjacency", {"edges": [], "reason": "x"}))[0] == 403
