"""Many acts at one moment, from two processes: numbers without gaps, no seat sold twice, no log torn, no deadlock."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable
from pathlib import Path

import pytest
import sqlalchemy as sa

from notify.actor import WORKER, Actor
from notify.audit.verify import verify
from notify.delivery import expansion, subscriptions
from notify.delivery.subscription_models import NewSubscription
from notify.delivery.tables import deliveries
from notify.errors import Refused
from notify.notices import acknowledgements, drafts
from notify.notices.notice import Notice
from notify.notices.tables import events, log, log_counters, notices
from notify.observers import invitations, requests
from notify.observers.tables import attendance
from notify.office import Office
from notify.parties import graph
from tests.conftest import MakeActor
from tests.support.child import Child
from tests.support.desk import amended, answered, decided, nominated, observer_of, open_desk, published
from tests.support.notices import example, period
from tests.support.outside import until
from tests.support.people import enrol
from tests.support.processes import ROOT
from tests.support.rush import Job

pytestmark = pytest.mark.server

PUBLICATIONS, APPROVALS, SEATS = 60, 60, 12
HOSTS = ("PER", "BRA", "MEX")
"""States whose notices have recipients in common, so that their publications meet at the same counters."""


def elsewhere(state: str) -> dict[str, object]:
    """The exercise as another state would announce it."""
    return example("exercise", state=state, participants=[{"state": state, "personnel": 10}])


async def test_two_processes_publish_sixty_notices_and_give_twelve_seats(
    office: Office, actor: MakeActor, tmp_path: Path
) -> None:
    await open_desk(office)
    hosts = {state: await actor(state, "officer") for state in HOSTS}
    observed = await published(
        office, hosts["PER"], example("exercise", observation__seats=SEATS, observation__seats_per_party=None)
    )
    to_publish = [one for state, host in hosts.items() for one in await many_drafts(office, host, state)]
    guests = [await actor(state, "officer") for state in ("BOL", "CHL", "COL", "ECU", "OAS")]
    waiting = [("PER", one) for guest in guests for one in await many_nominations(office, guest, observed)]

    done = await rush(office, hosts, to_publish, waiting, tmp_path)

    assert sorted(one for each in done for one in each["references"]) == sorted(
        f"{state}-2027-M4-{serial:03d}"
        for state in HOSTS
        for serial in range(2 if state == "PER" else 1, PUBLICATIONS // len(HOSTS) + (2 if state == "PER" else 1))
    )
    refused = [words for each in done for words in each["refused"]]
    assert len(refused) == APPROVALS - SEATS
    assert all("Every seat is taken" in words for words in refused)
    spans = [[float(moment) for moment in each["span"]] for each in done]
    assert max(began for began, _ in spans) < min(ended for _, ended in spans), "one after the other"
    async with office.database.read() as connection:
        seated = sa.select(attendance.c.id).where(attendance.c.status == "approved")
        assert set((await connection.execute(seated)).scalars()) == {one for each in done for one in each["approved"]}
        taken = await connection.scalar(sa.select(notices.c.seats_taken).where(notices.c.id == observed.id))
        assert taken == SEATS == sum(len(each["approved"]) for each in done)
    await check_logs(office)


async def many_drafts(office: Office, host: Actor, state: str) -> list[tuple[str, str]]:
    """A state's share of what will be published."""
    async with office.act(host) as act:
        made = [await drafts.create(act, elsewhere(state)) for _ in range(PUBLICATIONS // len(HOSTS))]
    return [(state, draft.id) for draft in made]


async def many_nominations(office: Office, guest: Actor, notice: Notice) -> list[str]:
    """A party's share of those who wait for a seat."""
    async with office.act(guest) as act:
        people = [observer_of(guest.party or "", number) for number in range(APPROVALS // 5)]
        return [(await requests.nominate(act, notice.id, person))["id"] for person in people]


async def rush(
    office: Office,
    hosts: dict[str, Actor],
    to_publish: list[tuple[str, str]],
    waiting: list[tuple[str, str]],
    folder: Path,
) -> list[dict[str, list[str]]]:
    """Two processes that share the work, each with every other of the acts, started at one moment."""
    persons = {state: str(host.person_id) for state, host in hosts.items()}
    url = office.settings.database_url
    paths = [
        Job(str(folder), url, persons, to_publish[half::2], waiting[half::2]).write(folder / f"rush{half}.json")
        for half in (0, 1)
    ]
    children = [
        Child([sys.executable, "-m", "tests.support.rush", path], path.with_suffix(".log"), folder=ROOT)
        for path in paths
    ]
    try:
        for child, path in zip(children, paths, strict=True):
            await asyncio.to_thread(child.wait_until, path.with_suffix(".ready").exists, 60)
        (folder / "start").touch()
        await until(lambda: not any(child.is_running for child in children), 300, "the end of both processes")
        for child, path in zip(children, paths, strict=True):
            assert child.process.returncode == 0, f"{path}: {child.tail()}"
    finally:
        for child in children:
            child.kill()
    return [json.loads(path.with_suffix(".done").read_text()) for path in paths]


async def check_logs(office: Office) -> None:
    """Positions are dense in every scope, numbers in every notice, and the audit log holds together."""
    async with office.database.read() as connection:
        positions: dict[str, list[tuple[int, bool]]] = {}
        for scope, position, is_notice in await connection.execute(
            sa.select(log.c.scope, log.c.position, log.c.is_notice).order_by(log.c.scope, log.c.position)
        ):
            positions.setdefault(scope, []).append((position, is_notice))
        counters = {row.scope: row for row in await connection.execute(sa.select(log_counters))}
        assert set(positions) == set(counters)
        for scope, entries in positions.items():
            assert [position for position, _ in entries] == list(range(1, len(entries) + 1)), scope
            assert counters[scope].position == len(entries)
            assert counters[scope].notice_position == max(position for position, is_notice in entries if is_notice)
        numbers: dict[str, list[int]] = {}
        for notice_id, number in await connection.execute(
            sa.select(events.c.notice_id, events.c.number).where(events.c.notice_id.is_not(None))
        ):
            numbers.setdefault(notice_id, []).append(number)
        for notice_id, found in numbers.items():
            assert sorted(found) == list(range(1, len(found) + 1)), notice_id
        finding = await verify(connection)
        assert finding.ok, finding.what


async def test_no_order_of_verbs_on_several_notices_ends_in_a_deadlock(
    office_postgresql: Office,
) -> None:
    """PostgreSQL alone: SQLite has one writer at a time. Whoever waits in a circle is cut off there with an error."""
    office = await open_desk(office_postgresql)
    hosts = [await enrol(office, state, "officer") for state in HOSTS]
    guests = [await enrol(office, state, "officer") for state in ("BOL", "COL", "GTM", "BLZ", "OAS")]
    manager, administrator = await enrol(office, "BOL", "manager"), await enrol(office, None, "administrator")
    open_to_all = {"visibility": "members", "observation__invite": ["group:MEMBERS", "OAS"]}
    told = [(host, await published(office, host, example("exercise", state=host.party, **open_to_all,
             participants=[]))) for host in hosts for _ in range(2)]  # fmt: skip
    proposed = [(host, guest, await nominated(office, guest, notice)) for host, notice in told for guest in guests]
    await subscribe(office, manager)
    refusals: list[Refused] = []

    async def politely(work: Awaitable[object]) -> None:
        try:
            await work
        except Refused as refusal:  # two of these do not go together; that is no harm
            refusals.append(refusal)

    def moved(host: Actor, notice: Notice, day: int) -> Awaitable[object]:
        dates = period(f"2027-09-{day:02d}", f"2027-10-{day:02d}", all_day=True)
        observation = {"invite": ["group:MEMBERS", "OAS"], "seats": 30} if day % 3 else None
        return amended(office, host, notice, period=dates, observation=observation)

    work: list[Awaitable[object]] = []
    for number, (host, guest, found) in enumerate(proposed):
        notice = told[number // len(guests)][1]
        work += [
            decided(office, host, "approve", found),
            acknowledge(office, guest, notice),
            nominated(office, guest, notice, 2 + number),
            moved(host, notice, 1 + number % 28),
            drafted_and_published(office, host),
            answered(office, guest, found, "accepted"),
            decided(office, guest, "withdraw", found),
            expand(office),
        ]
        if number % 5 == 0:
            work += [change_graph(office, administrator, number), subscribe(office, manager)]
    await asyncio.gather(*(politely(each) for each in work))
    await expand(office)
    assert len(refusals) < len(work) / 2, "most of it did not come to pass"
    await check_logs(office)
    async with office.database.read() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).where(events.c.expanded_at.is_(None))) == 0
        assert await connection.scalar(sa.select(sa.func.count()).select_from(deliveries))


async def acknowledge(office: Office, guest: Actor, notice: Notice) -> None:
    async with office.act(guest) as act:
        await acknowledgements.acknowledge(act, notice.id, 1)


async def drafted_and_published(office: Office, host: Actor) -> None:
    await published(office, host, example("exercise", state=host.party, participants=[]))


async def expand(office: Office) -> None:
    expanded = 1
    while expanded:
        async with office.act(WORKER) as act:
            expanded = (await expansion.expand(act, (invitations.follow,))).count


async def subscribe(office: Office, manager: Actor) -> None:
    body = NewSubscription(channel="webhook", kind="official", address="http://127.0.0.1:20001/hook", language="es")
    async with office.act(manager) as act:
        await subscriptions.create(act, body)


async def change_graph(office: Office, administrator: Actor, number: int) -> None:
    async with office.act(administrator) as act:
        edges = list((await graph.current(act.connection)).edges)
        await graph.replace(act, edges[: len(edges) - 1 - number % 2], f"A trial, number {number}")
