"""Feeds: what they show to whom, read by other programs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import feedparser
import httpx2
import icalendar
import pytest
import sqlalchemy as sa

from notify.feeds.items import MOST
from notify.ids import new_id
from notify.notices import lifecycle
from notify.notices.notice import Notice
from notify.notices.tables import notices
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.desk import amended, drafted, published
from tests.support.feeds import (
    BASE,
    FILES,
    atom_faults,
    feed_client,
    items,
    json_feed_faults,
    public,
    references,
    seen,
    subscribed,
)
from tests.support.libical import itip_findings
from tests.support.notices import example, period


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with feed_client(office) as made:
        yield made


def read(calendar: bytes) -> Any:
    """The calendar, after libical has found nothing wrong with it."""
    assert itip_findings(calendar) == []
    return icalendar.Calendar.from_ical(calendar)


# What other programs read


async def test_atom_is_valid_and_read_by_feedparser(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru, public(title={"es": "Ejercicio «Ñandú» & <escudo> 2027"}))
    answer = await client.get("/feeds/public/notices.atom?lang=es")

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert atom_faults(answer.content) == []
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.feed.language == "es"
    (entry,) = feed.entries
    assert entry.title == "PER-2027-M4-001: Ejercicio «Ñandú» & <escudo> 2027"
    assert entry.id == f"urn:uuid:{notice.id}"
    assert entry.link == f"{BASE}/notices/{notice.id}"
    assert entry.author == "Perú"
    assert {tag.term for tag in entry.tags} == {"measure-4", "published"}
    assert "18 – 29 de agosto de 2027" in entry.summary
    assert "Mazocruz, Puno" in entry.summary


async def test_an_empty_feed_is_valid_too(client: httpx2.AsyncClient) -> None:
    atom, listed, calendar = [await client.get(f"/feeds/public/{name}") for name in FILES]
    assert atom_faults(atom.content) == []
    assert json_feed_faults(listed.content) == []
    assert itip_findings(calendar.content) == []
    assert atom.headers["last-modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"


async def test_what_xml_cannot_hold_is_left_out(office: Office, actor: MakeActor, client: httpx2.AsyncClient) -> None:
    peru = await actor("PER", "officer")
    await published(office, peru, public(title={"es": "Antes\uffff\ufffedespués"}))
    answer = await client.get("/feeds/public/notices.atom?q=después&other=%00%1b%ff")
    assert atom_faults(answer.content) == []
    assert feedparser.parse(answer.content).entries[0].title.endswith("Antesdespués")


async def test_json_feed_is_valid_and_holds_the_notice(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru, public())
    answer = await client.get("/feeds/public/notices.json?lang=pt")

    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    assert json_feed_faults(answer.content) == []
    feed = json.loads(answer.content)
    assert feed["language"] == "pt"
    assert feed["feed_url"] == f"{BASE}/feeds/public/notices.json?lang=pt"
    (item,) = feed["items"]
    assert item["language"] == "es"  # there is no Portuguese title
    assert item["_notice"]["id"] == notice.id
    assert item["_notice"]["place"]["name"] == "Mazocruz, Puno"


async def test_the_calendar_is_read_by_libical_and_icalendar(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru, mexico = await actor("PER", "officer"), await actor("MEX", "officer")
    whole_days = await published(office, peru, public())
    timed = await published(office, mexico, public("visit"))
    answer = await client.get("/feeds/public/calendar.ics")

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = read(answer.content)
    assert calendar["method"] == "PUBLISH"
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert set(events) == {f"notice-{whole_days.id}", f"notice-{timed.id}"}
    puma, visit = events[f"notice-{whole_days.id}"], events[f"notice-{timed.id}"]
    assert (puma["dtstart"].to_ical(), puma["dtend"].to_ical()) == (b"20270818", b"20270830")
    assert visit["dtstart"].params["TZID"] == "America/Tijuana"
    assert visit["dtstart"].dt.strftime("%H:%M") == "07:00"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["America/Tijuana"]
    assert not any("attendee" in event for event in events.values())
    assert {str(event["status"]) for event in events.values()} == {"CONFIRMED"}


async def test_the_calendar_follows_a_notice_that_is_moved_postponed_dated_and_cancelled(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    notice = await published(office, peru, public())

    async def entry() -> tuple[str, int, str]:
        answer = await client.get("/feeds/public/calendar.ics")
        (event,) = read(answer.content).walk("VEVENT")
        assert event["uid"] == f"notice-{notice.id}"
        return event["dtstart"].to_ical().decode(), int(event["sequence"]), str(event["status"])

    assert await entry() == ("20270818", 0, "CONFIRMED")
    later = period("2027-08-25", "2027-09-05", all_day=True)
    await amended(office, peru, notice, period=later, observation=None)
    assert await entry() == ("20270825", 1, "CONFIRMED")
    async with office.act(peru) as act:
        await lifecycle.postpone(act, notice.id, {"es": "Mal tiempo"})
    assert await entry() == ("20270825", 2, "CANCELLED")
    (item,) = await items(client, "/feeds/public/notices.json?lang=en")
    assert item["title"].startswith("Postponed: PER-2027-M4-001: ")
    assert "Reason: Mal tiempo" in item["content_text"]
    await amended(office, peru, notice, period=period("2027-10-04", "2027-10-08", all_day=True))
    assert await entry() == ("20271004", 3, "CONFIRMED")
    async with office.act(peru) as act:
        await lifecycle.cancel(act, notice.id, None)
    assert await entry() == ("20271004", 4, "CANCELLED")


async def test_a_test_notice_is_marked_in_every_feed(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    await published(office, peru, public(test=True))
    atom, listed, calendar = [(await client.get(f"/feeds/public/{name}?lang=en")).content for name in FILES]
    entry = feedparser.parse(atom).entries[0]
    assert entry.title.startswith("[TEST] PER-2027-T-001")
    assert "It announces no activity." in entry.summary
    assert "test" in {tag.term for tag in entry.tags}
    item = json.loads(listed)["items"][0]
    assert item["title"].startswith("[TEST] ") and "test" in item["tags"]
    (event,) = read(calendar).walk("VEVENT")
    assert str(event["summary"]).startswith("[TEST] ")
    assert "It announces no activity." in str(event["description"])


# What is in a feed, and for whom


async def test_a_feed_shows_what_its_party_may_read(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru, mexico, tobago = [await actor(code, "officer") for code in ("PER", "MEX", "TTO")]
    await published(office, peru)  # its recipients
    await published(office, mexico, example("visit"))  # the members
    await published(office, tobago, example("destruction"))  # everybody
    tokens = {code: await subscribed(office, await actor(code, "officer")) for code in ("BOL", "JAM", "NIC")}
    read = {code: set(await references(client, f"/feeds/{token}/notices.json")) for code, token in tokens.items()}
    assert read == {
        "BOL": {"PER-2027-M4-001", "MEX-2027-M5-001", "TTO-2027-M18-001"},
        "JAM": {"MEX-2027-M5-001", "TTO-2027-M18-001"},
        "NIC": {"TTO-2027-M18-001"},  # it has withdrawn
    }
    assert await references(client, "/feeds/public/notices.json") == ["TTO-2027-M18-001"]


async def test_a_draft_is_in_no_feed_and_changes_none(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    own = await subscribed(office, peru)
    await published(office, peru, public())
    before = await seen(client, own), await seen(client, "public")
    await drafted(office, peru, public())
    assert (await seen(client, own), await seen(client, "public")) == before
    assert await items(client, f"/feeds/{own}/notices.json?status=draft,submitted") == []


async def test_a_feed_has_the_newest_however_many_drafts_there_are(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient, clock: Clock
) -> None:
    peru = await actor("PER", "officer")
    own = await subscribed(office, peru)
    notice = await published(office, peru, public())
    clock.advance(minutes=1)
    draft = await drafted(office, peru, public())
    await copied(office, notice, MOST + 4)
    await copied(office, draft, MOST + 4)
    newest = await published(office, peru, public())
    for token in (own, "public"):
        found = await items(client, f"/feeds/{token}/notices.json")
        assert len(found) == MOST
        assert found[0]["_notice"]["id"] == newest.id


async def copied(office: Office, notice: Notice, times: int) -> None:
    """Rows like the one of a notice: publishing so many would take a minute."""
    async with office.database.write() as connection:
        one = sa.select(notices).where(notices.c.id == notice.id)
        row = dict((await connection.execute(one)).mappings().one())
        reference = {"reference": None} if notice.reference is None else {}
        rows = [
            {**row, "id": new_id(), **(reference or {"reference": f"PER-2027-M4-9{number:03d}"})}
            for number in range(times)
        ]
        await connection.execute(sa.insert(notices), rows)


async def test_a_personal_feed_is_narrowed_by_its_filters(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru, tobago, bolivia = await actor("PER", "officer"), await actor("TTO", "officer"), await actor("BOL", "officer")
    await published(office, peru)
    await published(office, tobago, example("destruction", also_notify=["GUY", "BOL"]))
    exercise, destruction = "PER-2027-M4-001", "TTO-2027-M18-001"
    expected: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {exercise, destruction}),
        ({"measures": [4, 5]}, {exercise}),
        ({"states": ["TTO", "BRA"]}, {destruction}),
        ({"rules": ["land"]}, {exercise}),
        ({"rules": ["also_notify", "invited"]}, {destruction}),
        ({"measures": [4], "states": ["TTO"]}, set()),
    ]
    for filters, found in expected:
        token = await subscribed(office, bolivia, **filters)
        assert set(await references(client, f"/feeds/{token}/notices.json")) == found, filters
    token = await subscribed(office, bolivia, measures=[4])
    assert await references(client, f"/feeds/{token}/notices.json?measure=18") == []  # the query only narrows it


async def test_a_notice_that_reached_a_party_by_a_rule_stays_in_the_feed_of_that_rule(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru, jamaica = await actor("PER", "officer"), await actor("JAM", "officer")
    token = await subscribed(office, jamaica, rules=["also_notify"])
    notice = await published(office, peru, example("exercise", also_notify=["JAM"]))
    await amended(office, peru, notice, also_notify=[])  # from now on it is told as before
    assert await references(client, f"/feeds/{token}/notices.json") == ["PER-2027-M4-001"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("measure=18", {"TTO-2027-M18-001"}),
        ("measure=4&measure=18", {"PER-2027-M4-001", "TTO-2027-M18-001"}),
        ("state=PER,MEX", {"PER-2027-M4-001"}),
        ("status=cancelled", set()),
        ("from=2027-08-01", {"PER-2027-M4-001"}),
        ("to=2027-03-01", {"TTO-2027-M18-001"}),
        ("q=EJERCICIO+montaña", {"PER-2027-M4-001"}),
        ("q=per-2027-m4", {"PER-2027-M4-001"}),
        ("bbox=-70,-17,-69,-16", {"PER-2027-M4-001"}),
        ("test=true", set()),
        ("test=false&measure=", {"PER-2027-M4-001", "TTO-2027-M18-001"}),
        ("utm_source=reader", {"PER-2027-M4-001", "TTO-2027-M18-001"}),
    ],
)
async def test_a_query_narrows_a_feed(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient, query: str, found: set[str]
) -> None:
    peru, tobago = await actor("PER", "officer"), await actor("TTO", "officer")
    await published(office, peru, public())
    await published(office, tobago, example("destruction"))
    assert set(await references(client, f"/feeds/public/notices.json?{query}")) == found


async def test_a_bad_query_names_each_fault(client: httpx2.AsyncClient) -> None:
    bad = "measure=7&state=peru&status=open&from=soon&to=2027-13-01&test=maybe&bbox=1,2,3&q=" + "x" * 201
    for name in FILES:
        answer = await client.get(f"/feeds/public/{name}?{bad}", headers={"if-none-match": "*"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        pointers = {error["pointer"] for error in answer.json()["errors"]}
        assert pointers == {"/measure", "/state", "/status", "/from", "/to", "/test", "/bbox", "/q"}


async def test_a_feed_speaks_the_language_of_its_subscription_or_of_the_address(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    await published(office, peru, public())
    token = await subscribed(office, await actor("BRA", "officer"), "pt")

    async def language(path: str) -> str:
        return str((await client.get(path)).json()["language"])

    assert await language(f"/feeds/{token}/notices.json") == "pt"
    assert await language(f"/feeds/{token}/notices.json?lang=fr") == "fr"
    assert await language(f"/feeds/{token}/notices.json?lang=xx") == "pt"
    assert await language("/feeds/public/notices.json") == "en"
    assert await language("/feeds/public/notices.json?lang=es") == "es"
