"""Tokens and the audit log over the API, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, expect, open_api
from tests.support.clock import Clock

NEW = {"name": "Inbox of the ministry", "scopes": ["read", "acknowledge"], "days": 90}


@pytest.fixture
async def api(office: Office) -> AsyncIterator[Api]:
    async with open_api(office) as opened:
        yield opened


@pytest.fixture
async def peru(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("PER", "officer", name="Cap. Flores"))


async def test_a_token_is_made_used_and_revoked(api: Api, peru: Caller) -> None:
    response = await peru.send("POST", "/tokens", NEW)
    made = expect(response, 201)
    assert response.headers["location"] == f"/api/v1/tokens/{made['id']}"
    assert made["token"].startswith("csbm_") and made["token"].startswith(made["hint"])
    assert (made["scopes"], made["person"], made["expires_at"]) == (
        ["read", "acknowledge"], "Cap. Flores", "2027-04-11T15:00:00Z",
    )  # fmt: skip
    program = Caller(api, made["token"])
    shown = await program.get(f"/tokens/{made['id']}")
    assert "token" not in shown and shown["used_at"] is None
    assert (await program.refused("POST", "/notices", {"measure": 4, "state": "PER"}))[0] == 403
    assert (await peru.send("DELETE", f"/tokens/{made['id']}")).status_code == 204
    assert (await program.refused("GET", "/notices"))[0] == 401
    assert (await peru.refused("DELETE", f"/tokens/{made['id']}"))[0] == 404


async def test_a_token_does_not_revoke_itself(peru: Caller) -> None:
    (mine,) = (await peru.get("/tokens"))["items"]
    assert (await peru.refused("DELETE", f"/tokens/{mine['id']}"))[0] == 409
    assert (await peru.get("/tokens"))["items"][0]["id"] == mine["id"]


async def test_a_token_makes_none_that_is_wider_or_lasts_longer(api: Api, actor: MakeActor) -> None:
    person = await actor("PER", "officer")
    reader = await api.of(person, "read", days=10)
    assert await reader.refused("POST", "/tokens", NEW) == (422, ["/scopes", "/days"])
    assert await reader.refused("POST", "/tokens", {**NEW, "scopes": ["manage"], "days": 1}) == (422, ["/scopes"])
    made = await reader.post("/tokens", {"name": "x", "scopes": ["read"], "days": 10}, 201)
    assert made["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/name", "/scopes"]),
        ({"name": "", "scopes": [], "days": 0}, ["/name", "/scopes", "/days"]),
        ({"name": "x", "scopes": ["rule"], "days": 367}, ["/scopes/0", "/days"]),
        ({"name": " ", "scopes": ["read"]}, ["/name"]),
        ({"name": "x" * 101, "scopes": "read", "days": "1", "colour": 1}, ["/name", "/scopes", "/days", "/colour"]),
    ],
)
async def test_a_bad_token_is_refused(peru: Caller, body: dict[str, Any], pointers: list[str]) -> None:
    assert await peru.refused("POST", "/tokens", body) == (422, pointers)
    assert len((await peru.get("/tokens"))["items"]) == 1


async def test_tokens_are_ones_own_but_for_the_manager(api: Api, peru: Caller, actor: MakeActor) -> None:
    (mine,) = (await peru.get("/tokens"))["items"]
    colleague = await api.of(await actor("PER", "officer"))
    bolivian = await api.of(await actor("BOL", "manager"))
    manager = await api.of(await actor("PER", "manager"))
    for other in (colleague, bolivian):
        assert (await other.refused("GET", f"/tokens/{mine['id']}"))[0] == 404
        assert (await other.refused("DELETE", f"/tokens/{mine['id']}"))[0] == 404
        assert mine["id"] not in [token["id"] for token in (await other.get("/tokens"))["items"]]
    assert (await colleague.refused("GET", "/tokens?of=party"))[0] == 403
    assert mine["id"] not in [token["id"] for token in (await bolivian.get("/tokens?of=party"))["items"]]
    assert mine["id"] in [token["id"] for token in (await manager.get("/tokens?of=party"))["items"]]
    assert len((await manager.get("/tokens?of=own"))["items"]) == 1
    assert (await manager.send("DELETE", f"/tokens/{mine['id']}")).status_code == 204
    assert (await peru.refused("GET", "/tokens"))[0] == 401


async def test_an_expired_token_is_listed_no_more(api: Api, actor: MakeActor, clock: Clock) -> None:
    person = await actor("PER", "officer")
    long, short = await api.of(person), await api.of(person, days=1)
    assert len((await short.get("/tokens"))["items"]) == 2
    clock.advance(days=2)
    assert len((await long.get("/tokens"))["items"]) == 1


async def test_an_auditor_reads_every_act(api: Api, peru: Caller, actor: MakeActor) -> None:
    notice = await peru.post("/notices", {"measure": 4, "state": "PER"}, 201)
    auditor = await api.of(await actor(None, "auditor"))
    lines = (await auditor.get("/audit"))["items"]
    drafted = next(line for line in lines if line["act"] == "notice.draft")
    assert drafted["object"] == {"kind": "notice", "id": notice["id"]}
    assert (drafted["party"], drafted["actor"]["kind"]) == ("PER", "token")
    assert drafted["actor"]["token"] is not None
    positions = [line["position"] for line in lines]
    assert positions == list(range(positions[0], -1, -1))
    seen: list[int] = []
    path = "/audit?limit=2"
    while True:
        page = await auditor.get(path)
        seen += [line["position"] for line in page["items"]]
        if page["next_cursor"] is None:
            break
        path = f"/audit?limit=2&cursor={page['next_cursor']}"
    assert seen == positions


async def test_the_audit_log_is_the_auditors_alone(api: Api, peru: Caller, actor: MakeActor) -> None:
    for caller in (peru, await api.of(await actor(None, "administrator")), await api.of(await actor("PER", "manager"))):
        assert (await caller.refused("GET", "/audit"))[0] == 403
    auditor = await api.of(await actor(None, "auditor"))
    for bad in ("cursor=x", "cursor=-1", "cursor=9999999999999999", "limit=0", "before=1"):
        assert (await auditor.refused("GET", f"/audit?{bad}"))[0] == 422
