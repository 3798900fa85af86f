"""API tokens: never wider than their person's roles, expiring, revocable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from notify.accounts import people, tokens
from notify.actor import COMMAND, Actor
from notify.errors import Invalid, LifecycleError, NotAllowed, NotVisible
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.accounts import (
    by_token,
    lines_of,
    new_token,
    pointers,
)
from tests.support.clock import START, Clock
from tests.support.people import enrol


async def test_a_token_acts_for_its_person_within_its_scopes(office: Office, officer: Actor) -> None:
    secret, token = await new_token(office, officer, "publish", "read")

    robot = await by_token(office, secret)
    assert robot is not None
    assert (robot.kind, robot.via, robot.person_id, robot.party) == ("token", "api", officer.person_id, "PER")
    assert robot.scopes == {"read", "publish"}
    assert robot.roles == {"officer"}
    assert robot.token_id == token.id
    assert secret.startswith("csbm_")
    assert secret.startswith(token.hint)
    assert token.name == "robot"
    assert await by_token(office, secret + "x") is None
    assert await by_token(office, secret.removeprefix("csbm_")) is None
    assert (await lines_of(office))[-1].facts == {"scopes": "read publish", "days": 30}


async def test_a_token_is_no_wider_than_its_person_s_roles(office_sqlite: Office) -> None:
    observer = await enrol(office_sqlite, "PER", "observer")

    for scopes in (["publish"], ["read", "manage"], ["everything"], []):
        with pytest.raises(Invalid) as refusal:
            await new_token(office_sqlite, observer, *scopes)
        assert pointers(refusal) == {"/scopes"}


async def test_a_token_narrows_with_its_person_s_roles(office: Office, actor: MakeActor) -> None:
    manager, who = await actor("PER", "manager"), await actor("PER", "officer")
    secret, _ = await new_token(office, who, "read", "publish", "attend")
    async with office.act(manager) as act:
        await people.change_roles(act, who.person_id or "", ["observer"])

    robot = await by_token(office, secret)
    assert robot is not None
    assert robot.scopes == {"read", "attend"}


async def test_a_token_makes_none_that_is_wider_or_lasts_longer(office: Office, officer: Actor, clock: Clock) -> None:
    secret, _ = await new_token(office, officer, "read", "draft", days=10)
    robot = await by_token(office, secret)
    assert robot is not None
    clock.advance(days=4)

    with pytest.raises(Invalid) as refusal:
        await new_token(office, robot, "read", "publish", days=7)
    assert pointers(refusal) == {"/scopes", "/days"}
    _, made = await new_token(office, robot, "read", days=6)
    assert made.expires_at == START + timedelta(days=10)


@pytest.mark.parametrize("days", [-1, 0, 367, 10**12])
async def test_a_token_lasts_a_year_at_most(office_sqlite: Office, days: int) -> None:
    who = await enrol(office_sqlite, "PER", "officer")

    with pytest.raises(Invalid) as refusal:
        await new_token(office_sqlite, who, "read", days=days)
    assert pointers(refusal) == {"/days"}


async def test_a_token_that_is_revoked_takes_along_what_was_made_with_it(office: Office, officer: Actor) -> None:
    secret, leaked = await new_token(office, officer, "read")
    _, kept = await new_token(office, officer, "read")
    robot = await by_token(office, secret)
    assert robot is not None
    child_secret, _ = await new_token(office, robot, "read", days=1)
    child = await by_token(office, child_secret)
    assert child is not None
    grandchild_secret, _ = await new_token(office, child, "read", days=1)
    async with office.act(officer) as act:
        await tokens.revoke(act, leaked.id)
    for each in (secret, child_secret, grandchild_secret):
        assert await by_token(office, each) is None
    async with office.database.read() as connection:
        assert await tokens.list_of(connection, officer.person_id or "", office.clock()) == [kept]


async def test_a_token_revokes_none_that_can_do_more(office: Office, officer: Actor) -> None:
    secret, _ = await new_token(office, officer, "read")
    wider_secret, wider = await new_token(office, officer, "read", "publish")
    _, equal = await new_token(office, officer, "read")
    robot = await by_token(office, secret)
    assert robot is not None
    with pytest.raises(NotAllowed):
        async with office.act(robot) as act:
            await tokens.revoke(act, wider.id)
    async with office.act(robot) as act:
        await tokens.revoke(act, equal.id)
    assert await by_token(office, wider_secret) is not None


async def test_a_person_has_a_hundred_tokens_and_no_more(office_sqlite: Office) -> None:
    who = await enrol(office_sqlite, "PER", "officer")
    made = [(await new_token(office_sqlite, who, "read"))[1] for _ in range(100)]
    with pytest.raises(LifecycleError):
        await new_token(office_sqlite, who, "read")
    async with office_sqlite.act(who) as act:
        await tokens.revoke(act, made[0].id)
    await new_token(office_sqlite, who, "read")


async def test_a_token_expires(office: Office, officer: Actor, clock: Clock) -> None:
    secret, token = await new_token(office, officer, "read", days=366)
    clock.advance(days=365, hours=23)
    assert await by_token(office, secret) is not None
    clock.advance(hours=1)
    assert await by_token(office, secret) is None
    async with office.database.read() as connection:
        assert await tokens.list_of(connection, officer.person_id or "", clock()) == []
        with pytest.raises(NotVisible):
            await tokens.get(connection, officer, token.id, clock())


async def test_a_token_is_revoked_by_its_person_or_by_who_manages_her(office: Office, actor: MakeActor) -> None:
    owner, manager = await actor("PER", "officer"), await actor("PER", "manager")
    others = [await actor("PER", "officer"), await actor("BOL", "manager"), COMMAND]
    weak = replace(manager, scopes=frozenset({"read"}))
    made = [await new_token(office, owner, "read") for _ in range(2)]

    for stranger in [*others, weak]:
        async with office.act(stranger) as act:
            with pytest.raises(NotVisible):
                await tokens.revoke(act, made[0][1].id)
    for who, (secret, token) in zip((owner, manager), made, strict=True):
        assert await by_token(office, secret) is not None
        async with office.act(who) as act:
            await tokens.revoke(act, token.id)
            with pytest.raises(NotVisible):
                await tokens.revoke(act, token.id)
        assert await by_token(office, secret) is None
        assert (await lines_of(office))[-1].act == "token.revoke"


async def test_tokens_are_listed_for_their_person_and_for_the_party_s_manager(
    office: Office, actor: MakeActor, clock: Clock
) -> None:
    one, two = await actor("PER", "officer", name="Ana"), await actor("PER", "officer", name="Luis")
    stranger = await actor("BOL", "officer")
    made = [(await new_token(office, who, "read"))[1] for who in (one, two, stranger)]

    async with office.database.read() as connection:
        assert await tokens.list_of(connection, one.person_id or "", clock()) == made[:1]
        assert await tokens.list_of_party(connection, "PER", clock()) == made[:2]
        assert await tokens.get(connection, one, made[0].id, clock()) == made[0]


async def test_the_use_of_a_token_is_noted(office: Office, officer: Actor, clock: Clock) -> None:
    secret, token = await new_token(office, officer, "read")

    async def stale() -> bool:
        async with office.database.read() as connection:
            credential = await tokens.find(connection, secret, clock())
        assert credential is not None
        return credential.stale

    assert await stale()
    async with office.act(officer) as act:
        await tokens.touch(act, token.id)
    assert not await stale()
    clock.advance(minutes=5)
    assert await stale()


async def test_only_a_person_makes_tokens(office_sqlite: Office) -> None:
    with pytest.raises(NotAllowed):
        await new_token(office_sqlite, COMMAND, "read")
