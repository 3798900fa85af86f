"""Feeds: what they show to whom, read by other programs, and how they answer whoever has read them before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import feedparser
import httpx2
import icalendar
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from notify.accounts.tables import people
from notify.actor import Actor
from notify.delivery import subscriptions
from notify.delivery.subscription_models import Filters, NewSubscription, SubscriptionChange
from notify.feeds.items import MOST
from notify.feeds.routes import feed_routes
from notify.http_errors import exception_handlers
from notify.ids import new_id
from notify.notices import acknowledgements, lifecycle
from notify.notices.notice import Notice
from notify.notices.tables import log_counters, notices
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.desk import amended, approved, drafted, nominated, open_desk, published
from tests.support.feeds import atom_faults, json_feed_faults
from tests.support.libical import itip_findings
from tests.support.notices import example, period

BASE = "http://127.0.0.1:8000"
FILES = ("notices.atom", "notices.json", "calendar.ics")


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    await open_desk(office)
    app = Starlette(routes=feed_routes(), exception_handlers=exception_handlers())
    app.state.office = office
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as made:
        yield made


async def subscribed(office: Office, person: Actor, language: str = "es", **filters: Any) -> str:
    """A personal feed's token."""
    body = NewSubscription.model_validate(
        {"channel": "feed", "kind": "personal", "language": language, "filters": Filters(**filters) if filters else None}
    )
    async with office.act(person) as act:
        made = await subscriptions.create(act, body)
    assert made.feed_token is not None
    return made.feed_token


def public(name: str = "exercise", **values: object) -> dict[str, Any]:
    """An example that everybody may read."""
    return example(name, visibility="public", **values)


async def items(client: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def references(client: httpx2.AsyncClient, path: str) -> list[str]:
    return [item["_notice"]["reference"] for item in await items(client, path)]


async def seen(client: httpx2.AsyncClient, token: str) -> dict[str, tuple[int, list[tuple[bytes, bytes]], bytes]]:
    """Everything that a feed's reader gets: status, headers and bytes of each file."""
    answers = {name: await client.get(f"/feeds/{token}/{name}") for name in FILES}
    return {name: (got.status_code, got.headers.raw, got.content) for name, got in answers.items()}


# What other programs read


async def test_atom_is_valid_and_read_by_feedparser(office: Office, actor: MakeActor, client: httpx2.AsyncClient) -> None:
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
    assert itip_findings(answer.content) == []
    calendar = icalendar.Calendar.from_ical(answer.content)
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
        assert itip_findings(answer.content) == []
        (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
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
    (event,) = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
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


# Tokens


async def test_a_token_ends_when_it_is_replaced_switched_off_or_deleted(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    bolivia = await actor("BOL", "officer")

    async def status(token: str) -> int:
        return (await client.get(f"/feeds/{token}/notices.atom", headers={"if-none-match": "*"})).status_code

    async def the_subscription() -> str:
        async with office.database.read() as connection:
            return str((await subscriptions.list_of(connection, bolivia))[-1]["id"])

    first = await subscribed(office, bolivia)
    one = await the_subscription()
    assert await status(first) == 304
    async with office.act(bolivia) as act:
        second = (await subscriptions.rotate_secret(act, one)).feed_token or ""
    assert (await status(first), await status(second)) == (404, 304)
    async with office.act(bolivia) as act:
        await subscriptions.change(act, one, SubscriptionChange(active=False))
    assert await status(second) == 404
    async with office.act(bolivia) as act:
        await subscriptions.change(act, one, SubscriptionChange(active=True))
    assert await status(second) == 304
    async with office.act(bolivia) as act:
        await subscriptions.delete(act, one)
    assert await status(second) == 404


async def test_a_personal_feed_ends_with_its_owner_and_an_official_one_does_not(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    manager = await actor("BOL", "manager")
    personal = await subscribed(office, manager)
    async with office.act(manager) as act:
        official = (await subscriptions.create(act, NewSubscription(channel="feed", kind="official"))).feed_token
    async with office.database.write() as connection:
        await connection.execute(sa.update(people).where(people.c.id == manager.person_id).values(active=False))
    assert (await client.get(f"/feeds/{personal}/notices.json")).status_code == 404
    assert (await client.get(f"/feeds/{official}/notices.json")).status_code == 200


async def test_what_is_not_there_looks_the_same_whatever_it_is(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    token = await subscribed(office, await actor("BOL", "officer"))
    await published(office, await actor("PER", "officer"))
    paths = ["/feeds/no-such-token/notices.atom", f"/feeds/{token}x/notices.json", f"/feeds/{token}/notices.geojson",
             f"/feeds/{token}/notices.cap.xml", "/feeds/public/notices.geojson", "/feeds/public/"]  # fmt: skip
    answers = {(got.status_code, got.content) for got in [await client.get(path) for path in paths]}
    assert len(answers) == 1
    assert answers.pop()[0] == 404


async def test_the_name_of_a_feed_outlives_its_token_and_does_not_tell_it(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    bolivia = await actor("BOL", "officer")
    token = await subscribed(office, bolivia)
    async with office.database.read() as connection:
        one = (await subscriptions.list_of(connection, bolivia))[0]["id"]
    first = feedparser.parse((await client.get(f"/feeds/{token}/notices.atom")).content).feed.id
    async with office.act(bolivia) as act:
        again = (await subscriptions.rotate_secret(act, one)).feed_token
    assert feedparser.parse((await client.get(f"/feeds/{again}/notices.atom")).content).feed.id == first
    assert token not in first


# Conditional requests


@pytest.mark.parametrize("name", FILES)
async def test_whoever_has_the_version_gets_304(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient, name: str
) -> None:
    await published(office, await actor("PER", "officer"), public())
    token = await subscribed(office, await actor("BOL", "officer"))
    for path in (f"/feeds/public/{name}", f"/feeds/{token}/{name}"):
        first = await client.get(path)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        for tags in (etag, f"W/{etag}", f'"other", {etag}', f'"a",{etag},"b"', "*"):
            again = await client.get(path, headers={"if-none-match": tags})
            assert (again.status_code, again.content) == (304, b""), tags
            for kept in ("etag", "last-modified", "cache-control"):
                assert again.headers[kept] == first.headers[kept]
        both = await client.get(path, headers=[("if-none-match", '"a"'), ("if-none-match", etag)])
        assert both.status_code == 304
        for tags in ('"other"', etag.strip('"'), '"'):
            assert (await client.get(path, headers={"if-none-match": tags})).status_code == 200
        assert (await client.head(path)).headers["etag"] == etag


async def test_a_date_counts_only_without_a_tag(office: Office, actor: MakeActor, client: httpx2.AsyncClient) -> None:
    await published(office, await actor("PER", "officer"), public())
    path = "/feeds/public/notices.atom"
    changed = (await client.get(path)).headers["last-modified"]
    moment = parsedate_to_datetime(changed)

    async def status(since: str, **more: str) -> int:
        return (await client.get(path, headers={"if-modified-since": since, **more})).status_code

    assert await status(changed) == 304
    assert await status(format_datetime(moment + timedelta(days=1), usegmt=True)) == 304
    assert await status(format_datetime(moment - timedelta(seconds=1), usegmt=True)) == 200
    assert await status("yesterday") == 200
    assert await status("Thu, 99 Jan 1970 00:00:00 -0000") == 200
    assert await status(changed, **{"if-none-match": '"other"'}) == 200


async def test_every_version_has_a_tag_and_a_second_of_its_own(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient, clock: Clock
) -> None:
    peru = await actor("PER", "officer")
    versions = [(await client.get("/feeds/public/notices.atom")).headers]
    notice = await published(office, peru, public())
    for step in range(4):  # at one moment, then half a second later
        versions.append((await client.get("/feeds/public/notices.atom")).headers)
        notice = await amended(office, peru, notice, note_reference=f"5-4-M/{step}")
        clock.advance(seconds=0.25 * step)
    assert len({each["etag"] for each in versions}) == len(versions)
    moments = [parsedate_to_datetime(each["last-modified"]) for each in versions]
    assert all(later > earlier for earlier, later in zip(moments, moments[1:], strict=False))
    old = versions[-1]["last-modified"]
    assert (await client.get("/feeds/public/notices.atom", headers={"if-modified-since": old})).status_code == 200


async def test_the_tag_differs_by_file_query_language_and_filters(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    bolivia = await actor("BOL", "officer")
    one, other = await subscribed(office, bolivia), await subscribed(office, bolivia)
    paths = [f"/feeds/{token}/{name}{query}" for token in (one, other) for name in FILES
             for query in ("", "?measure=4", "?lang=fr")]  # fmt: skip
    tags = [(await client.get(path)).headers["etag"] for path in paths]
    async with office.database.read() as connection:
        row = (await subscriptions.list_of(connection, bolivia))[0]["id"]
    async with office.act(bolivia) as act:
        await subscriptions.change(act, row, SubscriptionChange(filters=Filters(measures=[4])))
    tags += [(await client.get(f"/feeds/{token}/notices.atom")).headers["etag"] for token in (one, other)]
    assert len(set(tags)) == len(paths) + 1  # of the last two, one is as it was


async def test_a_feed_is_not_changed_by_what_it_does_not_show(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient, clock: Clock
) -> None:
    peru, bolivia, chile, mexico = [await actor(code, "officer") for code in ("PER", "BOL", "CHL", "MEX")]
    observer = await actor("BOL", "observer")
    tokens = ["public", await subscribed(office, bolivia), await subscribed(office, observer),
              await subscribed(office, await actor("JAM", "officer"))]  # fmt: skip
    notice = await published(office, peru)
    before = [await seen(client, token) for token in tokens]
    clock.advance(hours=5)
    async with office.act(bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
    proposed = await nominated(office, bolivia, notice)
    await nominated(office, chile, notice)
    await approved(office, peru, proposed)
    hidden = await published(office, mexico, example("visit", visibility="recipients", observation=None))
    async with office.act(mexico) as act:
        await lifecycle.cancel(act, hidden.id, None)
    assert [await seen(client, token) for token in tokens] == before
    moved = await amended(office, peru, notice, note_reference="5-4-M/115")
    after = [await seen(client, token) for token in tokens]
    assert moved.revision == 2
    assert [now != then for now, then in zip(after, before, strict=True)] == [False, True, True, False]


async def test_wider_visibility_brings_a_notice_into_the_feeds_of_whoever_may_read_it_now(
    office: Office, actor: MakeActor, client: httpx2.AsyncClient
) -> None:
    peru = await actor("PER", "officer")
    token = await subscribed(office, await actor("JAM", "officer"))
    notice = await published(office, peru)
    feeds = (f"/feeds/{token}/notices.json", "/feeds/public/notices.json")
    tags = [(await client.get(path)).headers["etag"] for path in feeds]
    await amended(office, peru, notice, visibility="public")
    for path, tag in zip(feeds, tags, strict=True):
        answer = await client.get(path, headers={"if-none-match": tag})
        assert answer.status_code == 200
        assert [item["_notice"]["id"] for item in answer.json()["items"]] == [notice.id]


async def test_a_304_costs_one_short_query(office: Office, actor: MakeActor, client: httpx2.AsyncClient) -> None:
    await published(office, await actor("PER", "officer"), public())
    token = await subscribed(office, await actor("BOL", "officer"))
    for path in ("/feeds/public/notices.atom", f"/feeds/{token}/notices.atom"):
        etag = (await client.get(path)).headers["etag"]
        with statements(office) as found:
            answer = await client.get(path, headers={"if-none-match": etag})
        assert answer.status_code == 304
        assert len(found) == 1, found
        assert found[0].startswith("SELECT")


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """Every statement that the office's database is given meanwhile."""
    found: list[str] = []
    database = office.database

    def noted(connection: object, cursor: object, statement: str, *more: object) -> None:
        found.append(statement)

    engines = {database._writer.sync_engine, database._reader.sync_engine}
    if not database.is_sqlite:
        engines = {database._writer.sync_engine}  # the reader is the same one with an option
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", noted)
    if database._quick is not None:
        database._quick.set_trace_callback(found.append)
    try:
        yield found
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", noted)
        if database._quick is not None:
            database._quick.set_trace_callback(None)


async def test_the_versions_of_feeds_are_dense(office: Office, actor: MakeActor) -> None:
    await open_desk(office)
    peru = await actor("PER", "officer")
    notice = await published(office, peru, public())
    await amended(office, peru, notice, note_reference="5-4-M/115")
    async with office.database.read() as connection:
        versions = (await connection.execute(sa.select(log_counters.c.notice_position))).scalars().all()
    assert set(versions) == {2}
