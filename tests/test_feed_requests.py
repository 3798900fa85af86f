"""Feeds that are fetched again and again: their tokens, and what they answer to whoever has read them before."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import feedparser
import httpx2
import pytest
import sqlalchemy as sa

from notify.accounts.tables import people
from notify.delivery import subscriptions
from notify.delivery.subscription_models import Filters, NewSubscription, SubscriptionChange
from notify.notices import acknowledgements, lifecycle
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.desk import amended, approved, nominated, published
from tests.support.feeds import FILES, feed_client, public, seen, subscribed
from tests.support.notices import example


@pytest.fixture
async def client(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with feed_client(office) as made:
        yield made


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
    assert all(later > earlier for earlier, later in itertools.pairwise(moments))
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


async def test_an_address_that_is_too_long_is_refused_and_kept_by_nobody(client: httpx2.AsyncClient) -> None:
    for length, status in ((990, 304), (1_200, 400)):
        answer = await client.get(f"/feeds/public/notices.atom?x={'y' * length}", headers={"if-none-match": "*"})
        assert answer.status_code == status


@pytest.mark.slow
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

    engines = (database._writer.sync_engine, database._reader.sync_engine)
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
