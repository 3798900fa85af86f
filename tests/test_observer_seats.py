"""Seats and decisions: never more seats than there are, who decides, who sees it, and the link that answers."""

from __future__ import annotations

import pytest

from notify.actor import Actor, Role
from notify.errors import Invalid, LifecycleError, NotAllowed, NotVisible
from notify.observers import attendance, replies, waiting
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.desk import (
    amended,
    answered,
    approved,
    asked,
    attendance_news,
    decided,
    nominated,
    open_desk,
    published,
    seats_taken,
)
from tests.support.notices import example, period

PERU: tuple[str, Role] = ("PER", "officer")
BOLIVIA: tuple[str, Role] = ("BOL", "officer")
CHILE: tuple[str, Role] = ("CHL", "officer")
OBSERVER: tuple[str, Role] = ("BOL", "observer")


@pytest.fixture(autouse=True)
async def _desk(office: Office) -> None:
    await open_desk(office)


# Seats


async def test_seats_are_never_oversold(office: Office, actor: MakeActor) -> None:
    peru, bolivia, chile = [await actor(*who) for who in (PERU, BOLIVIA, CHILE)]
    body = example("exercise", observation__seats=2, observation__seats_per_party=None)
    notice = await published(office, peru, body)
    first, second = await nominated(office, bolivia, notice), await nominated(office, bolivia, notice, 2)
    third = await nominated(office, chile, notice)
    await approved(office, peru, first)
    await approved(office, peru, second)
    with pytest.raises(LifecycleError, match="Every seat is taken"):
        await approved(office, peru, third)
    await decided(office, peru, "revoke", first)
    assert await seats_taken(office, notice) == 1
    await approved(office, peru, third)
    assert await seats_taken(office, notice) == 2
    await decided(office, bolivia, "withdraw", second)
    assert await seats_taken(office, notice) == 1


@pytest.mark.slow
async def test_no_party_gets_more_seats_than_one_party_can_have(office: Office, actor: MakeActor) -> None:
    peru, bolivia, chile = [await actor(*who) for who in (PERU, BOLIVIA, CHILE)]
    notice = await published(office, peru)  # 12 seats, 2 for each party
    ours = [await nominated(office, bolivia, notice, number) for number in (1, 2, 3)]
    for each in ours[:2]:
        await approved(office, peru, each)
    with pytest.raises(LifecycleError, match="one party can have"):
        await approved(office, peru, ours[2])
    await approved(office, peru, await nominated(office, chile, notice))
    assert await seats_taken(office, notice) == 3


async def test_seats_are_not_amended_below_those_approved(office: Office, actor: MakeActor) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    notice = await published(office, peru)
    found = [await approved(office, peru, await nominated(office, bolivia, notice, number)) for number in (1, 2)]
    observation = example("exercise")["observation"]
    with pytest.raises(Invalid) as refusal:
        await amended(office, peru, notice, observation={**observation, "seats": 1, "seats_per_party": 1})
    assert [fault.pointer for fault in refusal.value.faults] == ["/observation/seats"]
    await decided(office, peru, "revoke", found[0])
    await amended(office, peru, notice, observation={**observation, "seats": 1, "seats_per_party": 1})


async def test_an_amendment_without_observation_revokes_everybody_and_tells_them(
    office: Office, actor: MakeActor
) -> None:
    peru, bolivia, chile, observer = [await actor(*who) for who in (PERU, BOLIVIA, CHILE, OBSERVER)]
    notice = await published(office, peru)
    seated = await approved(office, peru, await nominated(office, bolivia, notice))
    waits, requested = await nominated(office, chile, notice), await asked(office, observer, notice)
    gone = await nominated(office, chile, notice, 2)
    await decided(office, chile, "withdraw", gone)
    await amended(office, peru, notice, observation=None)

    async with office.database.read() as connection:
        rows = {row["id"]: row["status"] for row in await attendance.of_notice(connection, peru, notice.id)}
    assert rows == {
        seated["id"]: "revoked", waits["id"]: "declined", requested["id"]: "declined", gone["id"]: "withdrawn",
    }  # fmt: skip
    assert await seats_taken(office, notice) == 0
    assert (await attendance_news(office, seated))[-1][:2] == ("attendance.revoked", {"PER", "BOL"})
    assert (await attendance_news(office, waits))[-1][:2] == ("attendance.declined", {"PER", "CHL"})
    with pytest.raises(NotAllowed, match="does not invite"):
        await nominated(office, chile, notice, 3)


async def test_other_amendments_leave_observers_where_they_are(office: Office, actor: MakeActor) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    notice = await published(office, peru)
    await approved(office, peru, await nominated(office, bolivia, notice))
    moved = {**example("exercise")["observation"], "period": None, "programme": [], "arrival": None}
    await amended(office, peru, notice, period=period("2027-10-04", "2027-10-08", all_day=True), observation=moved)
    assert await seats_taken(office, notice) == 1


# Who decides, and who sees it


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "party", "roles"),
    [
        ("endorse", "PER", ("officer",)),
        ("endorse", "BOL", ("manager",)),
        ("endorse", "BOL", ("observer", "manager")),
        ("approve", "BOL", ("officer",)),
        ("approve", "PER", ("manager",)),
        ("decline", "BOL", ("officer",)),
        ("decline", "PER", ("manager", "observer")),
        ("revoke", "BOL", ("officer",)),
        ("revoke", "PER", ("manager",)),
        ("withdraw", "PER", ("officer",)),
        ("withdraw", "BOL", ("manager",)),
        ("withdraw", "BOL", ("observer", "manager")),
        ("reply", "PER", ("officer",)),
        ("reply", "BOL", ("observer", "manager")),
    ],
)
async def test_who_sees_an_attendance_without_the_right_to_a_step_is_refused(
    office: Office, actor: MakeActor, step: str, party: str, roles: tuple[Role, ...]
) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    found = await asked(office, observer, await published(office, peru))
    if step != "endorse":
        await decided(office, bolivia, "endorse", found)
    if step in ("revoke", "withdraw", "reply"):
        await approved(office, peru, found)
    other = await actor(party, *roles)
    attempt = answered(office, other, found, "accepted") if step == "reply" else decided(office, other, step, found)
    with pytest.raises(NotAllowed):
        await attempt


async def test_others_find_no_attendance(office: Office, actor: MakeActor) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    notice = await published(office, peru)
    found = await nominated(office, bolivia, notice)
    observer = await actor(*OBSERVER)
    others = [
        await actor(*CHILE),
        await actor("JAM", "manager"),
        observer,
        await actor(None, "administrator"),
    ]
    for other in others:
        async with office.database.read() as connection:
            assert await attendance.of_notice(connection, other, notice.id) == []
            assert await attendance.of_viewer(connection, other) == []
            with pytest.raises(NotVisible):
                await attendance.get(connection, other, found["id"])
        for step in ("endorse", "approve", "decline", "withdraw", "revoke"):
            with pytest.raises(NotVisible):
                await decided(office, other, step, found)
        with pytest.raises(NotVisible):
            await answered(office, other, found, "accepted")


async def test_host_own_party_and_auditors_see_every_attendance_an_observer_their_own(
    office: Office, actor: MakeActor
) -> None:
    peru, bolivia, chile, observer = [await actor(*who) for who in (PERU, BOLIVIA, CHILE, OBSERVER)]
    notice = await published(office, peru)
    own = await asked(office, observer, notice)
    other = await nominated(office, bolivia, notice)
    chilean = await nominated(office, chile, notice)
    everything = {own["id"], other["id"], chilean["id"]}
    sees = [
        (peru, everything), (await actor("PER", "manager"), everything), (await actor(None, "auditor"), everything),
        (bolivia, {own["id"], other["id"]}), (observer, {own["id"]}), (chile, {chilean["id"]}),
    ]  # fmt: skip
    for viewer, ids in sees:
        async with office.database.read() as connection:
            assert {row["id"] for row in await attendance.of_notice(connection, viewer, notice.id)} == ids
            assert {row["id"] for row in await attendance.of_viewer(connection, viewer)} == ids


async def test_a_decision_carries_its_reason_to_host_and_own_party(office: Office, actor: MakeActor) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    found = await nominated(office, bolivia, await published(office, peru))
    found = await decided(office, peru, "decline", found, {"es": "Sin plazas", "en": "No room"})
    assert attendance.attendance_json(found)["reason"] == {"es": "Sin plazas", "en": "No room"}


# What waits for whom


async def test_menus_count_what_waits_for_each(office: Office, actor: MakeActor) -> None:
    peru, bolivia, observer = (
        await actor(*PERU),
        await actor(*BOLIVIA),
        await actor(*OBSERVER),
    )
    notice = await published(office, peru)

    async def counts(who: Actor) -> dict[str, int]:
        async with office.database.read() as connection:
            return await waiting.counts(connection, who, office.clock().date())

    assert await counts(bolivia) == {"inbox": 1, "observers": 0}
    assert await counts(peru) == {"inbox": 0, "observers": 0}
    found = await asked(office, observer, notice)
    assert ((await counts(bolivia))["observers"], (await counts(peru))["observers"]) == (1, 0)
    await decided(office, bolivia, "endorse", found)
    assert ((await counts(bolivia))["observers"], (await counts(peru))["observers"]) == (0, 1)
    assert await counts(observer) == {"my_attendance": 0}
    await approved(office, peru, found)
    assert (await counts(peru))["observers"] == 0
    assert await counts(observer) == {"my_attendance": 1}
    await answered(office, observer, found, "accepted")
    assert await counts(observer) == {"my_attendance": 0}
    assert await counts(await actor("JAM", "officer", "observer")) == {"inbox": 0, "observers": 0, "my_attendance": 0}
    assert await counts(await actor(None, "auditor")) == {}


# The link in the invitation


async def test_the_link_of_an_invitation_answers_for_its_observer_alone(office: Office, actor: MakeActor) -> None:
    peru, bolivia = await actor(*PERU), await actor(*BOLIVIA)
    notice = await published(office, peru)
    first, second = [await nominated(office, bolivia, notice, number) for number in (1, 2)]
    token, other = replies.answer_token(office, first), replies.answer_token(office, second)
    with pytest.raises(LifecycleError, match="not approved"):
        await replies.reply_by_link(office, token, "accepted")
    for each in (first, second):
        await approved(office, peru, each)
    assert (await replies.reply_by_link(office, token, "tentative"))["reply"] == "tentative"
    assert (await replies.reply_by_link(office, token, "accepted"))["reply"] == "accepted"
    with pytest.raises(Invalid):
        await replies.reply_by_link(office, token, "needs-action")
    forged = [
        f"{second['id']}.{token.rpartition('.')[2]}",
        token[:-1],
        other.upper(),
        "",
        ".",
        f"{first['id']}.",
        "é.é",
    ]
    for bad in forged:
        with pytest.raises(NotVisible):
            await replies.reply_by_link(office, bad, "accepted")
    async with office.database.read() as connection:
        assert (await attendance.get(connection, bolivia, second["id"]))["reply"] == "needs-action"
