"""What every call of the JSON API has in common: who may call, in which order it is refused, keys, lists, bodies."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from notify.accounts.throttle import Throttle
from notify.errors import NotVisible, TooMany
from notify.language import translator
from notify.notices.tables import notices
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, expect, open_api
from tests.support.clock import Clock
from tests.support.notices import example

UNKNOWN = "0190f000-0000-7000-8000-000000000000"
DRAFT = {"measure": 4, "state": "PER"}


@pytest.fixture
async def api(office: Office) -> AsyncIterator[Api]:
    async with open_api(office) as opened:
        yield opened


@pytest.fixture
async def peru(api: Api, actor: MakeActor) -> Caller:
    return await api.of(await actor("PER", "officer"))


async def how_many(office: Office) -> int:
    async with office.database.read() as connection:
        return (await connection.scalar(sa.select(sa.func.count()).select_from(notices))) or 0


# Who may call


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer csbm_nobodys", "Basic cGVydTpwZXJ1", "Bearer csbm_ñandú"])
async def test_without_a_valid_token_nothing_is_answered(api: Api, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header.encode()}
    response = await api.client.get("/api/v1/notices", headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_cookie_is_no_token(api: Api, peru: Caller) -> None:
    response = await api.client.get("/api/v1/notices", headers={"cookie": f"session={peru.token}"})
    assert response.status_code == 401


async def test_a_token_ends_with_its_days(api: Api, actor: MakeActor, clock: Clock) -> None:
    peru = await api.of(await actor("PER", "officer"), days=30)
    await peru.get("/notices")
    clock.advance(days=30)
    assert (await peru.refused("GET", "/notices"))[0] == 401


async def test_the_use_of_a_token_is_noted(peru: Caller, clock: Clock) -> None:
    clock.advance(hours=1)
    await peru.get("/parties/PER")
    (token,) = (await peru.get("/tokens"))["items"]
    assert token["used_at"] == "2027-01-11T16:00:00Z"


async def test_a_scope_that_the_token_lacks_is_named(api: Api, actor: MakeActor) -> None:
    reader = await api.of(await actor("PER", "officer"), "read")
    response = await reader.send("POST", "/notices", DRAFT)
    assert response.status_code == 403
    assert "“draft”" in response.json()["detail"]


async def test_a_role_that_the_person_lost_ends_what_the_token_may(api: Api, actor: MakeActor, office: Office) -> None:
    from notify.accounts.tables import person_roles

    person = await actor("PER", "officer", "observer")
    caller = await api.of(person)
    async with office.database.write() as connection:
        role = sa.and_(person_roles.c.person_id == person.person_id, person_roles.c.role == "officer")
        await connection.execute(sa.delete(person_roles).where(role))
    assert (await caller.refused("POST", "/notices", DRAFT))[0] == 403


async def test_too_many_calls_are_told_when_to_come_back(api: Api, peru: Caller) -> None:
    (token,) = (await peru.get("/tokens"))["items"]
    throttle: Throttle = api.app.state.throttle
    for _ in range(5):  # the second may end in between
        with contextlib.suppress(TooMany):
            for _ in range(1000):
                await throttle.hit(token["id"])
        response = await peru.send("GET", "/parties/PER")
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) >= 1


# In which order it is refused


async def test_size_comes_before_the_token(api: Api) -> None:
    big = b"{" + b" " * 2 * 1024 * 1024 + b"}"
    response = await api.send("POST", "/notices", content=big, headers={"content-type": "application/json"})
    assert response.status_code == 413


async def test_a_body_whose_length_is_not_said_is_read_no_further_than_the_limit(api: Api) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 65536

    response = await api.send("POST", "/notices", content=endless())
    assert response.status_code == 413
    assert sent < 40


async def test_the_token_comes_before_what_is_there(api: Api) -> None:
    assert (await api.send("GET", f"/notices/{UNKNOWN}")).status_code == 401


async def test_what_is_there_comes_before_the_right(api: Api, actor: MakeActor) -> None:
    auditor = await api.of(await actor(None, "auditor"))
    assert (await auditor.refused("POST", f"/notices/{UNKNOWN}/publish"))[0] == 404


async def test_the_right_comes_before_the_media_type(api: Api, actor: MakeActor) -> None:
    manager = await api.of(await actor("PER", "manager"))
    response = await api.send(
        "POST", "/notices", content=b"measure=4",
        headers={"authorization": f"Bearer {manager.token}", "content-type": "text/plain"},
    )  # fmt: skip
    assert response.status_code == 403


async def test_only_json_is_read(api: Api, peru: Caller) -> None:
    headers = {"authorization": f"Bearer {peru.token}"}
    form = await api.send("POST", "/notices", data={"measure": "4", "state": "PER"}, headers=headers)
    assert form.status_code == 415
    named = {**headers, "content-type": "Application/JSON; charset=utf-8"}
    assert (await api.send("POST", "/notices", content=b'{"measure":4,"state":"PER"}', headers=named)).is_success


async def test_the_media_type_comes_before_the_idempotency_key(api: Api, peru: Caller) -> None:
    headers = {"authorization": f"Bearer {peru.token}", "idempotency-key": "k"}
    await peru.post("/notices", DRAFT, 201, idempotency_key="k")
    assert (await api.send("POST", "/notices", content=b"x", headers=headers)).status_code == 415


async def test_fields_come_before_the_etag_and_the_etag_before_the_step(peru: Caller) -> None:
    notice = await peru.post("/notices", example("exercise"), 201)
    path = f"/notices/{notice['id']}"
    assert await peru.refused("POST", f"{path}/cancel", {"reason": "x"}, if_match='"old"') == (422, ["/reason"])
    assert (await peru.refused("POST", f"{path}/cancel", {}, if_match='"old"'))[0] == 412
    assert (await peru.refused("POST", f"{path}/cancel", {}, if_match="*"))[0] == 409


# What the refusal says


async def test_a_refusal_speaks_the_callers_language(peru: Caller) -> None:
    languages = {"es-PE, en;q=0.5": "es", "pt": "pt", "es;q=0.1, fr;q=0.9": "fr", "de": "en", "x;q=y, es": "es"}
    for header, language in languages.items():
        response = await peru.send("GET", f"/notices/{UNKNOWN}", accept_language=header)
        words = translator(language)(NotVisible().detail)
        assert response.json()["detail"] == words


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/notices", "/api/v1/notices/x/y/z", "/api/v1/stream"])
async def test_an_address_that_is_not_there_is_a_problem_too(api: Api, path: str) -> None:
    response = await api.send("GET", path)
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("DELETE", "/notices", {"GET", "HEAD", "POST"}),
        ("POST", "/notices/1", {"GET", "HEAD", "PUT", "DELETE"}),
        ("GET", "/notices/1/publish", {"POST"}),
        ("PATCH", "/adjacency", {"GET", "HEAD", "PUT"}),
        ("TRACE", "/events", {"GET", "HEAD"}),
        ("POST", "/openapi.json", {"GET", "HEAD"}),
    ],
)
async def test_a_verb_that_a_path_lacks_is_told_which_it_has(api: Api, verb: str, path: str, allowed: set[str]) -> None:
    response = await api.send(verb, path)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path",
    ["/notices/1", "/notices/%00", "/notices/" + UNKNOWN.upper(), f"/notices/{UNKNOWN}/revisions/x", "/attendance/ñ",
     "/subscriptions/1", "/tokens/1", "/parties/PERU", "/parties/%00"],
)  # fmt: skip
async def test_a_malformed_name_is_of_nothing(peru: Caller, path: str) -> None:
    assert (await peru.send("GET", path)).status_code == 404


async def test_head_is_answered_where_get_is(api: Api, peru: Caller) -> None:
    notice = await peru.post("/notices", DRAFT, 201)
    headers = {"authorization": f"Bearer {peru.token}"}
    response = await api.client.head(f"/api/v1/notices/{notice['id']}", headers=headers)
    assert (response.status_code, response.headers["etag"]) == (200, f'"{notice["etag"]}"')


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b"4", b'{"measure": NaN}', b'{"measure": 1e999}', b"\xff\xfe{", b'"measure"',
        b'{"measure":4,"measure":4,"state":"PER"}', b'{"measure":4,"state":"PER","note_reference":"a\\u0000b"}',
        b'{"measure":4,"state":"PER","note_reference":"\\ud800"}',
        b'{"measure":4,"state":"PER","x":' + b"9" * 5000 + b"}",
        b'{"measure":4,"state":"PER","place":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"measure":4,"state":"PER","place":' + b"[" * 60 + b"]" * 60 + b"}",
        b"",
    ],
)  # fmt: skip
async def test_what_is_no_object_of_json_is_refused(api: Api, peru: Caller, office: Office, body: bytes) -> None:
    headers = {"authorization": f"Bearer {peru.token}", "content-type": "application/json"}
    response = await api.send("POST", "/notices", content=body, headers=headers)
    assert response.status_code == 422, response.text
    assert await how_many(office) == 0


async def test_a_text_may_hold_what_looks_like_an_escape(peru: Caller) -> None:
    made = await peru.post("/notices", {**DRAFT, "note_reference": r"C:\u0000"}, 201)
    assert made["note_reference"] == r"C:\u0000"


async def test_a_step_that_takes_nothing_refuses_fields(peru: Caller) -> None:
    notice = await peru.post("/notices", example("exercise"), 201)
    path = f"/notices/{notice['id']}/publish"
    assert await peru.refused("POST", path, {"visibility": "public"}) == (422, ["/visibility"])
    assert (await peru.post(path, {}))["status"] == "published"


# Idempotency keys


async def test_the_same_key_and_body_answer_the_first_answer(peru: Caller, office: Office) -> None:
    first = await peru.send("POST", "/notices", DRAFT, idempotency_key="a key")
    second = await peru.send("POST", "/notices", DRAFT, idempotency_key="a key")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["etag"] == second.headers["etag"]
    assert await how_many(office) == 1


async def test_two_at_the_same_moment_are_one(peru: Caller, office: Office) -> None:
    answers = await asyncio.gather(*(peru.send("POST", "/notices", DRAFT, idempotency_key="at once") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await how_many(office) == 1


async def test_a_key_with_another_body_is_refused(peru: Caller, office: Office) -> None:
    await peru.post("/notices", DRAFT, 201, idempotency_key="k")
    assert (await peru.refused("POST", "/notices", {**DRAFT, "test": True}, idempotency_key="k"))[0] == 422
    other = await peru.post("/notices", {**DRAFT, "test": True}, 201)
    path = f"/notices/{other['id']}/submit"
    assert (await peru.refused("POST", path, idempotency_key="k"))[0] == 422
    assert await how_many(office) == 2


async def test_a_refused_request_leaves_its_key_free(peru: Caller) -> None:
    assert (await peru.refused("POST", "/notices", {"measure": 9}, idempotency_key="k"))[0] == 422
    await peru.post("/notices", DRAFT, 201, idempotency_key="k")


async def test_a_key_is_its_persons_own(api: Api, peru: Caller, actor: MakeActor, office: Office) -> None:
    colleague = await api.of(await actor("PER", "officer"))
    first = await peru.post("/notices", DRAFT, 201, idempotency_key="k")
    second = await colleague.post("/notices", DRAFT, 201, idempotency_key="k")
    assert first["id"] != second["id"]


async def test_a_key_is_forgotten_after_two_days(peru: Caller, clock: Clock) -> None:
    first = await peru.post("/notices", DRAFT, 201, idempotency_key="k")
    clock.advance(hours=49)
    assert (await peru.post("/notices", DRAFT, 201, idempotency_key="k"))["id"] != first["id"]


@pytest.mark.parametrize("key", [b"", b"x" * 256, "clé".encode(), b"a\tb"])
async def test_a_key_has_from_1_to_255_printable_characters(api: Api, peru: Caller, key: bytes) -> None:
    headers = {b"authorization": f"Bearer {peru.token}".encode(), b"idempotency-key": key}
    assert (await api.send("POST", "/notices", json=DRAFT, headers=headers)).status_code == 422


async def test_a_narrower_token_does_not_read_what_a_wider_one_was_given(api: Api, actor: MakeActor) -> None:
    person = await actor("PER", "officer")
    wide, narrow = await api.of(person), await api.of(person, "read")
    body = {"name": "x", "scopes": ["read"], "days": 1}
    await wide.post("/tokens", body, 201, idempotency_key="k")
    assert (await narrow.refused("POST", "/tokens", body, idempotency_key="k"))[0] == 422


async def test_a_kept_answer_is_encrypted(peru: Caller, office: Office) -> None:
    from notify.api.tables import idempotency_keys

    made = await peru.post("/tokens", {"name": "x", "scopes": ["read"], "days": 1}, 201, idempotency_key="k")
    async with office.database.read() as connection:
        sealed = await connection.scalar(sa.select(idempotency_keys.c.answer_sealed))
    assert sealed is not None and made["token"] not in sealed and made["id"] not in sealed


# Lists


async def test_a_list_is_read_page_by_page(peru: Caller) -> None:
    seen: list[str] = []
    path = "/parties?limit=11"
    while True:
        page = await peru.get(path)
        assert len(page["items"]) <= 11
        seen += [party["code"] for party in page["items"]]
        if page["next_cursor"] is None:
            break
        path = f"/parties?limit=11&cursor={page['next_cursor']}"
    whole = await peru.get("/parties?limit=200")
    assert seen == [party["code"] for party in whole["items"]]
    assert len(seen) == len(set(seen)) > 35


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"), ("limit=201", "/limit"), ("limit=x", "/limit"), ("limit=1.5", "/limit"),
        ("limit=", "/limit"), ("limit=5&limit=6", "/limit"), ("cursor=", "/cursor"), ("cursor=x", "/cursor"),
        ("cursor=W10", "/cursor"), ("cursor=%00", "/cursor"), ("measure=6", "/measure"), ("measure=", "/measure"),
        ("status=new", "/status"), ("state=per", "/state"), ("from=18-08-2027", "/from"), ("to=20270818", "/to"),
        ("bbox=1,2,3", "/bbox"), ("bbox=1,90,2,-90", "/bbox"), ("bbox=nan,0,0,0", "/bbox"), ("test=maybe", "/test"),
        ("q=" + "x" * 201, "/q"), ("q=%00", "/q"), ("stats=draft", "/stats"),
    ],
)  # fmt: skip
async def test_a_parameter_that_is_wrong_is_named(peru: Caller, query: str, pointer: str) -> None:
    assert await peru.refused("GET", f"/notices?{query}") == (422, [pointer])


async def test_all_parameters_that_are_wrong_are_named_at_once(peru: Caller) -> None:
    assert await peru.refused("GET", "/notices?limit=0&measure=1&to=x") == (422, ["/limit", "/measure", "/to"])


# What needs no token


async def test_the_document_and_its_page_need_no_token(api: Api) -> None:
    described = await api.send("GET", "/openapi.json")
    again = await api.send("GET", "/openapi.json", headers={"if-none-match": described.headers["etag"]})
    assert (described.status_code, again.status_code, again.content) == (200, 304, b"")
    page = await api.client.get("/api/docs")
    assert page.status_code == 200
    assert "<script>" not in page.text and "style=" not in page.text


async def test_the_keys_need_no_token(api: Api) -> None:
    keys: Any = expect(await api.send("GET", "/.well-known/jwks.json"), 200)["keys"]
    assert [key["crv"] for key in keys] == ["Ed25519"]
    assert all("d" not in key for key in keys)


async def test_a_call_is_found_by_its_request_id(api: Api) -> None:
    response: httpx2.Response = await api.client.get("/api/v1/notices", headers={"x-request-id": "from-the-proxy"})
    assert response.headers["x-request-id"] == "from-the-proxy"
