"""What an event tells a party: as things stood at the event, the same whenever it is asked, and nothing of others."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from notify.actor import Actor
from notify.notices import acknowledgements
from notify.notices.notice import Notice
from notify.notices.tables import events
from notify.observers import decisions, replies, requests
from notify.observers.eventdata import data_of
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.posting import published


@pytest.fixture
async def peru(actor: MakeActor) -> Actor:
    return await actor("PER", "officer")


@pytest.fixture
async def bolivia(actor: MakeActor) -> Actor:
    return await actor("BOL", "officer")


async def told(office: Office, party: str | None) -> list[tuple[str, dict[str, Any] | None]]:
    """(type, data) of every event so far, as told to a party; None for an event that tells it nothing."""
    async with office.database.read() as connection:
        found = await connection.execute(sa.select(events).order_by(events.c.serial))
        rows = [row._asdict() for row in found]
        data = await data_of(connection, rows, party, "en")
    return [(row["type"], data.get(row["id"])) for row in rows]


async def attend(
    office: Office, clock: Clock, notice: Notice, peru: Actor, bolivia: Actor, observer: Actor
) -> list[list[tuple[str, dict[str, Any] | None]]]:
    """An attendance from its request to its revocation, an hour a step; what was told to Bolivia after each."""
    seen = []

    async def step(who: Actor, verb: Any, *words: Any) -> Any:
        clock.advance(hours=1)
        async with office.act(who) as act:
            done = await verb(act, *words)
        seen.append(await told(office, "BOL"))
        return done

    made = await step(observer, requests.request, notice.id, "Speaks Spanish")
    await step(bolivia, decisions.endorse, made["id"])
    await step(peru, decisions.approve, made["id"])
    await step(observer, replies.reply, made["id"], "tentative")
    await step(observer, replies.reply, made["id"], "accepted")
    await step(peru, decisions.revoke, made["id"], {"en": "No room"})
    return seen


async def test_an_attendance_is_told_as_it_stood_at_each_event(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor
) -> None:
    notice = await published(office, peru)
    seen = await attend(office, clock, notice, peru, bolivia, await actor("BOL", "observer"))
    last = seen[-1]
    for earlier in seen:
        assert last[: len(earlier)] == earlier, "what was told once has changed"
    shown = []
    for _, data in last[1:]:
        assert data is not None
        assert data["notice"] == {"id": notice.id, "reference": notice.reference, "test": False}
        a = data["attendance"]
        times = tuple(a[name][11:13] if a[name] else None for name in ("endorsed_at", "decided_at", "replied_at"))
        shown.append((a["status"], a["reply"], a["reason"], times))
    assert shown == [
        ("requested", "needs-action", None, (None, None, None)),
        ("endorsed", "needs-action", None, ("17", None, None)),
        ("approved", "needs-action", None, ("17", "18", None)),
        ("approved", "tentative", None, ("17", "18", "19")),
        ("approved", "accepted", None, ("17", "18", "20")),
        ("revoked", "accepted", {"en": "No room"}, ("17", "21", "20")),
    ]


async def test_host_and_own_party_are_told_alike_and_others_nothing(
    office: Office, clock: Clock, actor: MakeActor, peru: Actor, bolivia: Actor
) -> None:
    notice = await published(office, peru)
    await attend(office, clock, notice, peru, bolivia, await actor("BOL", "observer"))
    async with office.act(bolivia) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)
    own = [data for kind, data in await told(office, "BOL") if kind != "notice.published"]
    assert len(own) == 7
    assert own == [data for kind, data in await told(office, "PER") if kind != "notice.published"]
    assert own == [data for kind, data in await told(office, None) if kind != "notice.published"]
    assert [data for kind, data in await told(office, "CHL") if kind != "notice.published"] == [None] * 7


async def test_who_was_told_hears_why_and_a_reader_who_was_not_does_not(office: Office, peru: Actor) -> None:
    await published(office, peru)
    recipients = {}
    for party in ("BOL", "CHL", "PER", "JAM", None):
        ((_, data),) = await told(office, party)
        assert data is not None
        recipients[party] = data["recipient"]
    assert recipients["BOL"]["party"] == "BOL"
    assert [reason["rule"] for reason in recipients["CHL"]["reasons"]] == ["land", "maritime"]
    assert (recipients["PER"], recipients["JAM"], recipients[None]) == (None, None, None)
