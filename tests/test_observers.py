"""Observers: who may ask, who endorses, and each step that can follow. Over the verbs, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from notify.actor import Role
from notify.errors import LifecycleError, NotAllowed, NotVisible
from notify.notices import lifecycle
from notify.notices.notice import Notice
from notify.observers import attendance, requests
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.clock import Clock
from tests.support.desk import (
    answered,
    approved,
    asked,
    attendance_news,
    decided,
    nominated,
    observer_of,
    open_desk,
    published,
    seats_taken,
)
from tests.support.notices import example

PERU: tuple[str, Role] = ("PER", "officer")
BOLIVIA: tuple[str, Role] = ("BOL", "officer")
CHILE: tuple[str, Role] = ("CHL", "officer")
OBSERVER: tuple[str, Role] = ("BOL", "observer")


@pytest.fixture(autouse=True)
async def _desk(office: Office) -> None:
    await open_desk(office)


# From the request to the answer


async def test_a_request_is_endorsed_approved_and_answered(office: Office, actor: MakeActor, clock: Clock) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    observer = await actor("BOL", "observer", name="Maj. R. Rojas", language="es")
    notice = await published(office, peru)

    found = await asked(office, observer, notice, "Spanish speaker")
    assert (found["status"], found["reply"], found["host"], found["party"]) == (
        "requested", "needs-action", "PER", "BOL",
    )  # fmt: skip
    assert (found["name"], found["language"], found["remarks"]) == ("Maj. R. Rojas", "es", "Spanish speaker")
    clock.advance(hours=1)
    found = await decided(office, bolivia, "endorse", found)
    assert (found["status"], found["endorsed_at"]) == ("endorsed", clock())
    clock.advance(hours=1)
    found = await decided(office, peru, "approve", found)
    assert (found["status"], found["decided_at"]) == ("approved", clock())
    assert await seats_taken(office, notice) == 1
    clock.advance(hours=1)
    found = await answered(office, observer, found, "accepted")
    assert (found["status"], found["reply"], found["replied_at"]) == ("approved", "accepted", clock())
    found = await answered(office, bolivia, found, "declined")
    assert found["reply"] == "declined"
    assert await seats_taken(office, notice) == 1  # the host may revoke it


async def test_what_happens_to_an_observer_is_told_to_host_and_own_party_alone(
    office: Office, actor: MakeActor
) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    notice = await published(office, peru)
    found = await asked(office, observer, notice)
    await decided(office, bolivia, "endorse", found)
    await decided(office, peru, "approve", found)
    await answered(office, observer, found, "tentative")
    await decided(office, peru, "revoke", found, {"es": "Sin alojamiento"})
    both = {"PER", "BOL"}
    assert await attendance_news(office, found) == [
        ("attendance.requested", both, {"status": "requested", "reply": "needs-action"}),
        ("attendance.endorsed", both, {"status": "endorsed", "reply": "needs-action"}),
        ("attendance.approved", both, {"status": "approved", "reply": "needs-action"}),
        ("attendance.replied", both, {"status": "approved", "reply": "tentative"}),
        ("attendance.revoked", both, {"status": "revoked", "reply": "tentative"}),
    ]


async def test_an_officers_nomination_is_born_endorsed(office: Office, actor: MakeActor, clock: Clock) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    found = await nominated(office, bolivia, await published(office, peru))
    assert (found["status"], found["endorsed_at"], found["person_id"]) == ("endorsed", clock(), None)
    assert (await approved(office, peru, found))["status"] == "approved"


async def test_a_nominated_person_of_the_party_finds_it_under_her_account(office: Office, actor: MakeActor) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    notice = await published(office, peru)
    async with office.database.read() as connection:
        address = await connection.scalar(
            sa.text("SELECT email FROM people WHERE name = :name"), {"name": observer.name}
        )
    async with office.act(bolivia) as act:
        person = requests.Observer("Maj. Rojas", str(address).upper(), "es")
        found = await requests.nominate(act, notice.id, person)
    assert found["person_id"] == observer.person_id
    async with office.database.read() as connection:
        assert [row["id"] for row in await attendance.of_viewer(connection, observer)] == [found["id"]]


async def test_a_request_must_be_endorsed_before_it_is_approved(office: Office, actor: MakeActor) -> None:
    peru, observer = await actor(*PERU), await actor(*OBSERVER)
    found = await asked(office, observer, await published(office, peru))
    with pytest.raises(LifecycleError, match="has not endorsed"):
        await decided(office, peru, "approve", found)
    assert (await decided(office, peru, "decline", found))["status"] == "declined"


@pytest.mark.parametrize("step", ["endorse", "approve", "decline", "withdraw", "revoke"])
async def test_the_same_decision_twice_is_refused_and_changes_nothing(
    office: Office, actor: MakeActor, step: str
) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    notice = await published(office, peru)
    found = await asked(office, observer, notice)
    who = bolivia if step in ("endorse", "withdraw") else peru
    if step in ("approve", "revoke"):
        await decided(office, bolivia, "endorse", found)
    if step == "revoke":
        await approved(office, peru, found)
    await decided(office, who, step, found)
    taken, told = await seats_taken(office, notice), await attendance_news(office, found)
    with pytest.raises(LifecycleError, match="decided already"):
        await decided(office, who, step, found)
    assert (await seats_taken(office, notice), await attendance_news(office, found)) == (taken, told)


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        ("decline", "approved", "Revoke it instead"),
        ("revoke", "endorsed", "Decline the request instead"),
        ("endorse", "declined", "not possible"),
        ("approve", "withdrawn", "not possible"),
        ("withdraw", "revoked", "not possible"),
        ("revoke", "declined", "not possible"),
    ],
)
async def test_a_step_that_is_not_possible_says_what_is(
    office: Office, actor: MakeActor, step: str, status: str, words: str
) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    found = await nominated(office, bolivia, await published(office, peru))
    if status in ("approved", "revoked"):
        await approved(office, peru, found)
    for last, who in (("declined", peru), ("revoked", peru), ("withdrawn", bolivia)):
        if status == last:
            await decided(
                office, who, {"declined": "decline", "revoked": "revoke", "withdrawn": "withdraw"}[last], found
            )
    with pytest.raises(LifecycleError, match=words):
        await decided(office, bolivia if step in ("endorse", "withdraw") else peru, step, found)


# Who may ask


async def test_who_cannot_read_a_notice_finds_nothing_to_ask_for(office: Office, actor: MakeActor) -> None:
    notice = await published(office, await actor(*PERU))
    with pytest.raises(NotVisible):
        await asked(office, await actor("JAM", "observer"), notice)
    with pytest.raises(NotVisible):
        await nominated(office, await actor("JAM", "officer"), notice)
    with pytest.raises(NotVisible):
        await nominated(office, await actor(*BOLIVIA), Notice(**{**notice.__dict__, "id": "nonsense"}))


async def test_who_reads_a_notice_without_being_invited_is_refused(office: Office, actor: MakeActor) -> None:
    tobago = await actor("TTO", "officer")
    notice = await published(
        office, tobago, example("destruction")
    )  # public; invites five of the Caribbean and the OAS
    with pytest.raises(NotAllowed, match="does not invite"):
        await asked(office, await actor("JAM", "observer"), notice)
    assert (await nominated(office, await actor("OAS", "officer"), notice))["status"] == "endorsed"


async def test_a_notice_without_observation_invites_nobody(office: Office, actor: MakeActor) -> None:
    peru = await actor(*PERU)
    notice = await published(office, peru, example("exercise", observation=None))
    with pytest.raises(NotAllowed, match="does not invite"):
        await nominated(office, await actor(*BOLIVIA), notice)


async def test_invited_recipients_are_those_who_are_told(office: Office, actor: MakeActor) -> None:
    peru = await actor(*PERU)
    body = example("exercise", visibility="public", observation__invite=["group:RECIPIENTS"])
    notice = await published(office, peru, body)
    assert await nominated(office, await actor("ECU", "officer"), notice)
    with pytest.raises(NotAllowed, match="does not invite"):
        await nominated(office, await actor("JAM", "officer"), notice)


async def test_the_hosts_own_people_do_not_observe(office: Office, actor: MakeActor) -> None:
    peru, observer = await actor(*PERU), await actor("PER", "observer")
    notice = await published(office, peru)
    with pytest.raises(NotAllowed, match="own people"):
        await nominated(office, peru, notice)
    with pytest.raises(NotAllowed, match="own people"):
        await asked(office, observer, notice)


@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        (("officer",), {"nominate"}),
        (("observer",), {"request"}),
        (("manager",), set()),
        (("officer", "observer"), {"nominate", "request"}),
    ],
)
async def test_observers_ask_for_themselves_and_officers_nominate(
    office: Office, actor: MakeActor, roles: tuple[Role, ...], allowed: set[str]
) -> None:
    notice = await published(office, await actor(*PERU))
    person = await actor("BOL", *roles)
    if "request" in allowed:
        assert (await asked(office, person, notice))["person_id"] == person.person_id
    else:
        with pytest.raises(NotAllowed):
            await asked(office, person, notice)
    if "nominate" in allowed:
        await nominated(office, person, notice)
    else:
        with pytest.raises(NotAllowed):
            await nominated(office, person, notice)


async def test_a_person_is_proposed_once_until_it_is_decided(office: Office, actor: MakeActor) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    notice = await published(office, peru)
    first = await asked(office, observer, notice)
    with pytest.raises(LifecycleError, match="already"):
        await asked(office, observer, notice)
    await nominated(office, bolivia, notice)
    async with office.act(bolivia) as act:
        person = observer_of("BOL")
        with pytest.raises(LifecycleError, match="already"):
            await requests.nominate(act, notice.id, requests.Observer(person.name, person.email.upper(), "es"))
    await decided(office, peru, "decline", first)
    assert (await asked(office, observer, notice))["id"] != first["id"]


async def test_observers_can_be_proposed_until_the_last_day_for_it_is_over_where_it_takes_place(
    office: Office, actor: MakeActor, clock: Clock
) -> None:
    notice = await published(office, await actor(*PERU))  # until 2027-07-20, in Lima
    bolivia = await actor(*BOLIVIA)
    clock.advance(days=191)
    assert clock().isoformat() == "2027-07-21T15:00:00+00:00"
    clock.advance(hours=-11)  # 23:00 of the 20th in Lima, midnight in La Paz
    assert (await nominated(office, bolivia, notice, 1))["status"] == "endorsed"
    clock.advance(hours=1)
    with pytest.raises(LifecycleError, match="is over"):
        await nominated(office, bolivia, notice, 2)


async def test_nobody_is_taken_on_for_a_notice_that_is_postponed_or_cancelled(office: Office, actor: MakeActor) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    notice = await published(office, peru)
    waits, requested = await nominated(office, bolivia, notice, 1), await asked(office, observer, notice)
    seated = await approved(office, peru, await nominated(office, bolivia, notice, 2))
    async with office.act(peru) as act:
        await lifecycle.postpone(act, notice.id, None)

    async def nothing_begins(words: str) -> None:
        for attempt in (
            nominated(office, bolivia, notice, 3),
            decided(office, peru, "approve", waits),
            decided(office, bolivia, "endorse", requested),
        ):
            with pytest.raises(LifecycleError, match=words):
                await attempt
        with pytest.raises(LifecycleError, match="nothing to answer"):
            await answered(office, bolivia, seated, "accepted")

    await nothing_begins("postponed without dates")
    async with office.act(peru) as act:
        await lifecycle.cancel(act, notice.id, None)
    await nothing_begins("will not take place")
    assert (await decided(office, bolivia, "withdraw", waits))["status"] == "withdrawn"
    assert (await decided(office, peru, "decline", requested))["status"] == "declined"
    assert (await decided(office, bolivia, "withdraw", seated))["status"] == "withdrawn"
    assert await seats_taken(office, notice) == 0
