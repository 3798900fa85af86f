"""Notices over the API, on both databases: drafts, steps, revisions, who is told, who acknowledges, what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from notify.notices.signatures import check_chain, verify
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.api import Api, Caller, expect, open_api
from tests.support.clock import Clock
from tests.support.notices import ABSENT, days, example, period, polygon

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
    return await api.of(await actor("BOL", "officer", name="Cap. Choque"))


async def published(caller: Caller, name: str = "exercise", **values: object) -> Json:
    """An example, posted and published."""
    draft = await caller.post("/notices", example(name, **values), 201)
    notice: Json = await caller.post(f"/notices/{draft['id']}/publish")
    return notice


# Drafts


@pytest.mark.parametrize(("name", "state"), [("exercise", "PER"), ("visit", "MEX"), ("destruction", "TTO")])
async def test_each_measures_example_goes_the_whole_way(api: Api, actor: MakeActor, name: str, state: str) -> None:
    officer = await api.of(await actor(state, "officer"))
    response = await officer.send("POST", "/notices", example(name))
    draft = expect(response, 201)
    assert response.headers["location"] == f"/api/v1/notices/{draft['id']}"
    assert response.headers["etag"] == f'"{draft["etag"]}"'
    assert (draft["status"], draft["revision"], draft["reference"]) == ("draft", 0, None)
    notice = await officer.post(f"/notices/{draft['id']}/publish")
    assert notice["reference"] == f"{state}-2027-M{notice['measure']}-001"
    assert {field: notice[field] for field in example(name)} == example(name)
    assert await officer.get(f"/notices/{draft['id']}") == notice


async def test_a_draft_can_be_as_little_as_measure_and_state(peru: Caller) -> None:
    draft = await peru.post("/notices", {"measure": 4, "state": "PER"}, 201)
    assert "title" not in draft and "content" not in draft and draft["utc"] is None


async def test_publication_names_what_is_missing(peru: Caller) -> None:
    draft = await peru.post("/notices", {"measure": 4, "state": "PER"}, 201)
    status, pointers = await peru.refused("POST", f"/notices/{draft['id']}/publish")
    assert status == 422
    assert pointers == [
        "/title", "/summary", "/period", "/place", "/contact",
        "/content/activity", "/content/designation", "/content/type", "/content/services",
    ]  # fmt: skip
    assert (await peru.get(f"/notices/{draft['id']}"))["status"] == "draft"


async def test_a_draft_is_replaced_and_deleted(peru: Caller) -> None:
    draft = await peru.post("/notices", example("exercise"), 201)
    path = f"/notices/{draft['id']}"
    changed = expect(await peru.send("PUT", path, {"measure": 5, "state": "PER"}, if_match=f'"{draft["etag"]}"'), 200)
    assert changed["measure"] == 5 and "title" not in changed
    assert (await peru.refused("DELETE", path, if_match=f'"{draft["etag"]}"'))[0] == 412
    assert (await peru.send("DELETE", path, if_match=f'W/"x", "{changed["etag"]}"')).status_code == 204
    assert (await peru.refused("GET", path))[0] == 404


async def test_a_draft_is_submitted_returned_and_published(peru: Caller) -> None:
    draft = await peru.post("/notices", example("exercise"), 201)
    path = f"/notices/{draft['id']}"
    assert (await peru.post(f"{path}/submit"))["status"] == "submitted"
    assert (await peru.refused("PUT", path, example("exercise")))[0] == 409
    assert (await peru.post(f"{path}/return"))["status"] == "draft"
    assert (await peru.refused("POST", f"{path}/return"))[0] == 409
    await peru.post(f"{path}/submit")
    assert (await peru.post(f"{path}/publish"))["status"] == "published"


async def test_an_officer_posts_for_her_own_state_alone(peru: Caller, bolivia: Caller) -> None:
    assert (await bolivia.refused("POST", "/notices", example("exercise")))[0] == 403
    draft = await peru.post("/notices", example("exercise"), 201)
    assert (await bolivia.refused("GET", f"/notices/{draft['id']}"))[0] == 404
    assert (await bolivia.refused("POST", f"/notices/{draft['id']}/publish"))[0] == 404
    notice = await peru.post(f"/notices/{draft['id']}/publish")
    assert (await bolivia.refused("POST", f"/notices/{notice['id']}/cancel"))[0] == 403


async def test_an_organisation_posts_nothing(api: Api, actor: MakeActor) -> None:
    oas = await api.of(await actor("OAS", "officer"))
    assert await oas.refused("POST", "/notices", {"measure": 4, "state": "OAS"}) == (422, ["/state"])


# What is wrong with a body

WRONG: dict[str, tuple[Json, list[str]]] = {
    "unknown fields": ({"colour": "red", "place__colour": "red"}, ["/colour", "/place/colour"]),
    "ends before it starts": ({"period": days("2027-08-29", "2027-08-18"), "observation": None}, ["/period/ends"]),
    "an unknown zone": ({"period__timezone": "America/Puno"}, ["/period/timezone"]),
    "a time that does not exist": (
        {"period": period("2027-09-05T00:30", "2027-09-06T12:00", "America/Santiago"), "observation": None},
        ["/period/starts"],
    ),
    "a state that is no member": ({"participants": [{"state": "ESP"}]}, ["/participants/0/state"]),
    "a polygon that crosses itself": (
        {"place": polygon((-70, -16), (-69, -17), (-69, -16), (-70, -17), (-70, -16))},
        ["/place/geometry/coordinates"],
    ),
    "an inactive group": ({"also_notify": ["group:CDS"]}, ["/also_notify/0"]),
    "observers' days outside": (
        {"observation__period": period("2027-08-30T10:00", "2027-08-31T18:00")},
        ["/observation/period/ends"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_bad_body_changes_nothing_and_every_field_is_named(peru: Caller, case: str) -> None:
    values, pointers = WRONG[case]
    status, named = await peru.refused("POST", "/notices", example("exercise", **values))
    assert (status, sorted(named)) == (422, sorted(pointers))
    assert (await peru.get("/notices"))["items"] == []


async def test_faults_of_several_fields_are_named_at_once(peru: Caller) -> None:
    body = example("exercise", measure=4, period__timezone="Mars/Olympus", visibility="some", content__services=["x"])
    status, named = await peru.refused("POST", "/notices", body)
    assert status == 422
    assert {"/period/timezone", "/visibility", "/content/services/0"} <= set(named)


async def test_more_faults_than_are_named_are_none_the_less_faults(peru: Caller) -> None:
    programme = [{"at": "0000-00-00T00:00", "item": {"es": "x"}}] * 200
    body = example("exercise", observation__programme=programme, title={"es": ""}, summary={"es": ""})
    status, named = await peru.refused("POST", "/notices", body)
    assert (status, len(named)) == (422, 200)


# The life cycle


@pytest.mark.slow
async def test_the_steps_of_a_published_notice(peru: Caller, clock: Clock) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    moved = await peru.post(
        f"{path}/amend", {"reason": {"es": "Cambio de fecha"}, "period": days("2027-08-16", "2027-08-30")}
    )
    assert (moved["status"], moved["revision"], moved["period"]["starts"]) == ("published", 2, "2027-08-16")
    postponed = await peru.post(f"{path}/postpone", {"reason": {"es": "Mal tiempo"}})
    assert (postponed["status"], postponed["revision"]) == ("postponed", 3)
    again = await peru.post(f"{path}/amend", {"period": days("2027-08-16", "2027-08-30")})
    assert (again["status"], again["revision"]) == ("published", 4)
    assert (await peru.refused("POST", f"{path}/complete"))[0] == 409
    clock.set(datetime(2027, 8, 31, 12, tzinfo=UTC))
    done = await peru.post(f"{path}/complete", {"outcome": {"remarks": {"en": "Done"}}})
    assert (done["status"], done["outcome"]) == ("completed", {"remarks": {"en": "Done"}})
    assert (await peru.refused("POST", f"{path}/publish"))[0] == 409
    withdrawn = await peru.post(f"{path}/withdraw", {"reason": {"es": "Publicado por error"}})
    assert (withdrawn["status"], withdrawn["revision"]) == ("withdrawn", 6)


async def test_a_cancelled_notice_is_only_withdrawn(peru: Caller) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    assert (await peru.post(f"{path}/cancel", {"reason": {"es": "Cancelado"}}))["status"] == "cancelled"
    for step in ("cancel", "postpone", "complete", "publish", "submit", "return"):
        assert (await peru.refused("POST", f"{path}/{step}"))[0] == 409, step
    assert (await peru.refused("POST", f"{path}/amend", {"note_reference": "1"}))[0] == 409
    assert (await peru.refused("DELETE", path))[0] == 409
    assert (await peru.get(path))["revision"] == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"period": days("2027-08-25", "2027-09-05")}, {"/observation/period/starts"}),
        ({"measure": 5}, {"/measure"}),
        ({"state": "BOL"}, {"/state"}),
        ({"test": True}, {"/test"}),
        ({"colour": "red", "reason": "why"}, {"/colour", "/reason"}),
        ({"title": {"de": "Puma"}}, {"/title/de"}),
        ({}, {""}),
        ({"note_reference": "5-4-M/114"}, {""}),
    ],
)
async def test_an_amendment_is_refused_with_all_its_faults(peru: Caller, body: Json, pointers: set[str]) -> None:
    notice = await published(peru)
    status, named = await peru.refused("POST", f"/notices/{notice['id']}/amend", body)
    assert status == 422
    assert pointers <= set(named), named
    assert await peru.get(f"/notices/{notice['id']}") == notice


async def test_visibility_only_widens(peru: Caller) -> None:
    notice = await published(peru, visibility="members")
    path = f"/notices/{notice['id']}/amend"
    assert await peru.refused("POST", path, {"visibility": "recipients"}) == (422, ["/visibility"])
    assert (await peru.post(path, {"visibility": "public"}))["visibility"] == "public"


async def test_a_stale_etag_changes_nothing(peru: Caller) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    old = f'"{notice["etag"]}"'
    changed = await peru.post(f"{path}/amend", {"note_reference": "2"}, if_match=old)
    assert (await peru.refused("POST", f"{path}/amend", {"note_reference": "3"}, if_match=old))[0] == 412
    assert (await peru.refused("POST", f"{path}/cancel", if_match=old))[0] == 412
    assert await peru.get(path) == changed


async def test_an_etag_changes_with_content_and_status_alone(peru: Caller, bolivia: Caller, clock: Clock) -> None:
    notice = await published(peru)
    path, tag = f"/notices/{notice['id']}", f'"{notice["etag"]}"'
    clock.advance(days=1)
    await bolivia.post(f"{path}/acknowledgements", {"revision": 1}, 201)
    for caller in (peru, bolivia):
        same = await caller.send("GET", path, if_none_match=f'"x", {tag}')
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await peru.post(f"{path}/postpone")
    other = await peru.send("GET", path, if_none_match=tag)
    assert other.status_code == 200 and other.headers["etag"] != tag


async def test_two_cancellations_at_once_are_one(peru: Caller) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}/cancel"
    statuses = [r.status_code for r in await asyncio.gather(*(peru.send("POST", path) for _ in range(4)))]
    assert sorted(statuses) == [200, 409, 409, 409]
    assert (await peru.get(f"/notices/{notice['id']}"))["revision"] == 2


# Revisions


async def test_revisions_say_what_changed_and_are_signed(api: Api, peru: Caller, bolivia: Caller) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    await peru.post(f"{path}/amend", {"reason": {"es": "Cambio"}, "period": days("2027-08-16", "2027-08-30")})
    listed = await bolivia.get(f"{path}/revisions")
    assert [r["revision"] for r in listed["items"]] == [2, 1]
    latest = listed["items"][0]
    assert latest["reason"] == {"es": "Cambio"} and latest["step"] == "amended"
    changed = {c["pointer"]: (c["before"], c["after"]) for c in latest["changes"]}
    assert changed == {"/period/starts": ("2027-08-18", "2027-08-16"), "/period/ends": ("2027-08-29", "2027-08-30")}
    one = await bolivia.get(f"{path}/revisions/1")
    assert one["content"] == example("exercise")
    keys = expect(await api.send("GET", "/.well-known/jwks.json"), 200)
    signed = []
    for n in (1, 2):
        response = await bolivia.send("GET", f"{path}/revisions/{n}", accept="application/jose+json")
        assert response.headers["content-type"] == "application/jose+json"
        signed.append(response.text)
    assert verify(signed[0], keys)["content"] == example("exercise")
    assert [link["revision"] for link in check_chain(signed, keys)] == [1, 2]
    page = await bolivia.get(f"{path}/revisions?limit=1")
    assert (await bolivia.get(f"{path}/revisions?limit=1&cursor={page['next_cursor']}"))["items"] == [
        listed["items"][1]
    ]
    for none in ("0", "3", "-1", "1.0", "٣", "99999999999"):
        assert (await bolivia.refused("GET", f"{path}/revisions/{none}"))[0] == 404


# Who is told


async def test_the_poster_sees_who_was_told_and_why(peru: Caller, bolivia: Caller) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    told = {item["party"]: item for item in (await peru.get(f"{path}/recipients"))["items"]}
    assert sorted(told) == ["BOL", "BRA", "CHL", "COL", "ECU", "OAS"]
    assert [reason["rule"] for reason in told["CHL"]["reasons"]] == ["land", "maritime"]
    assert "Peru" in told["BOL"]["reasons"][0]["text"]
    spanish = await peru.get(f"{path}/recipients", accept_language="es")
    assert "del Perú" in spanish["items"][0]["reasons"][0]["text"]
    assert told["BOL"]["reachable"] is False and told["BOL"]["acknowledged"] is None
    receipt = await bolivia.post(f"{path}/acknowledgements", {"revision": 1, "statement": {"es": "Gracias"}}, 201)
    assert (receipt["party"], receipt["by"], receipt["via"]) == ("BOL", "Cap. Choque", "api")
    told = {item["party"]: item for item in (await peru.get(f"{path}/recipients"))["items"]}
    assert told["BOL"]["acknowledged"] == {
        "revision": 1, "at": "2027-01-11T15:00:00Z", "by": "Cap. Choque", "via": "api",
    }  # fmt: skip
    assert (await peru.get(f"{path}/acknowledgements"))["items"] == [receipt]


async def test_a_recipient_sees_its_own_row_and_another_reader_none(
    api: Api, peru: Caller, bolivia: Caller, actor: MakeActor
) -> None:
    notice = await published(peru, visibility="members")
    path = f"/notices/{notice['id']}"
    jamaica = await api.of(await actor("JAM", "officer"))
    auditor = await api.of(await actor(None, "auditor"))
    await bolivia.post(f"{path}/acknowledgements", {"revision": 1}, 201)
    for part, everything in (("recipients", 6), ("acknowledgements", 1), ("deliveries", 0)):
        assert len((await auditor.get(f"{path}/{part}"))["items"]) == everything
        assert (await jamaica.get(f"{path}/{part}"))["items"] == []
    assert [r["party"] for r in (await bolivia.get(f"{path}/recipients"))["items"]] == ["BOL"]
    for revision in (1, 9):
        assert (await jamaica.refused("POST", f"{path}/acknowledgements", {"revision": revision}))[0] == 403


async def test_whoever_may_not_read_finds_no_trace(api: Api, peru: Caller, actor: MakeActor) -> None:
    jamaica = await api.of(await actor("JAM", "officer"))
    before = (await jamaica.send("GET", "/notices")).content
    notice = await published(peru)
    path = f"/notices/{notice['id']}"
    assert (await jamaica.send("GET", "/notices")).content == before
    for door in ("", "/revisions", "/revisions/1", "/recipients", "/deliveries", "/acknowledgements", "/attendance"):
        hidden, absent = await jamaica.send("GET", path + door), await jamaica.send("GET", path[:-4] + "0000" + door)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content
    for step in ("publish", "amend", "cancel", "acknowledgements", "attendance"):
        assert (await jamaica.refused("POST", f"{path}/{step}", {"revision": 1}))[0] == 404


async def test_a_second_acknowledgement_answers_with_the_first(peru: Caller, bolivia: Caller, clock: Clock) -> None:
    notice = await published(peru)
    path = f"/notices/{notice['id']}/acknowledgements"
    first = await bolivia.post(path, {"revision": 1}, 201)
    clock.advance(hours=1)
    assert await bolivia.post(path, {"revision": 1, "statement": {"es": "Otra vez"}}, 200, changes=False) == first
    assert await bolivia.refused("POST", path, {"revision": 2}) == (422, ["/revision"])
    assert await bolivia.refused("POST", path, {"revision": "1", "x": 1}) == (422, ["/revision", "/x"])
    assert (await peru.refused("POST", path, {"revision": 1}))[0] == 403


# Lists


async def test_notices_are_found_by_their_filters(api: Api, peru: Caller, actor: MakeActor) -> None:
    exercise = await published(peru)
    drill = await published(peru, test=True, title={"es": "Simulacro"}, period=days("2028-01-10", "2028-01-20"),
                            observation=ABSENT)  # fmt: skip
    draft = await peru.post("/notices", {"measure": 5, "state": "PER"}, 201)
    tobago = await api.of(await actor("TTO", "officer"))
    public = await published(tobago, "destruction")

    async def found(query: str) -> set[str]:
        return {item["id"] for item in (await peru.get(f"/notices?{query}"))["items"]}

    everything = {exercise["id"], drill["id"], draft["id"], public["id"]}
    assert await found("") == everything
    assert await found("measure=4") == {exercise["id"], drill["id"]}
    assert await found("measure=5&measure=18") == await found("measure=5,18") == {draft["id"], public["id"]}
    assert await found("state=TTO") == {public["id"]}
    assert await found("status=draft") == {draft["id"]}
    assert await found("test=true") == {drill["id"]}
    assert await found("from=2027-08-29&to=2027-08-29") == {exercise["id"]}
    assert await found("from=2028-01-21") == set()
    assert await found("q=montana puma") == {exercise["id"]}
    assert await found(f"q={exercise['reference']}") == {exercise["id"]}
    assert await found("q=per-2028-t simulacro") == {drill["id"]}
    assert await found("bbox=-70,-17,-69,-16") == {exercise["id"], drill["id"]}
    seen = []
    cursor = ""
    while True:
        page = await peru.get(f"/notices?limit=1{cursor}")
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == 4 and set(seen) == everything


async def test_an_administrator_reads_no_notice(api: Api, peru: Caller, actor: MakeActor) -> None:
    notice = await published(peru, visibility="public")
    administrator = await api.of(await actor(None, "administrator"))
    assert (await administrator.refused("GET", "/notices"))[0] == 403
    assert (await administrator.refused("GET", f"/notices/{notice['id']}"))[0] == 404


async def test_an_auditor_reads_all_and_changes_nothing(api: Api, peru: Caller, actor: MakeActor) -> None:
    draft = await peru.post("/notices", example("exercise"), 201)
    auditor = await api.of(await actor(None, "auditor"))
    assert (await auditor.get(f"/notices/{draft['id']}"))["status"] == "draft"
    assert (await auditor.refused("POST", f"/notices/{draft['id']}/publish"))[0] == 403
    assert (await auditor.refused("DELETE", f"/notices/{draft['id']}"))[0] == 403
