"""Sessions: held by the server, listed, closed, and ended by themselves."""

from __future__ import annotations

import pytest

from notify.accounts import people, sessions
from notify.actor import Actor
from notify.errors import NotVisible
from notify.ids import new_id
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.accounts import (
    acting_by,
    lines_of,
    open_session,
    person_of,
)
from tests.support.clock import START, Clock


async def test_a_session_says_who_acts_and_with_which_roles(office: Office, actor: MakeActor) -> None:
    both = await actor("PER", "officer", "manager", name="Ana Rojas", language="es")
    token, _ = await open_session(office, both)

    assert await acting_by(office, token) == both
    assert await acting_by(office, token + "x") is None
    assert (await person_of(office, both.person_id)).signed_in_at == START
    assert (await lines_of(office))[-1].act == "session.open"


async def test_a_change_of_roles_holds_from_the_next_request_on(office: Office, actor: MakeActor) -> None:
    manager, who = await actor("PER", "manager"), await actor("PER", "officer")
    token, _ = await open_session(office, who)
    async with office.act(manager) as act:
        await people.change_roles(act, who.person_id or "", ["observer"])

    now = await acting_by(office, token)
    assert now is not None
    assert now.only_observer
    assert "publish" not in now.scopes


async def test_a_session_ends_after_twelve_hours_without_use(office: Office, officer: Actor, clock: Clock) -> None:
    token, session_id = await open_session(office, officer)
    clock.advance(hours=11, minutes=59)
    async with office.act(officer) as act:
        await sessions.touch(act, session_id)
    clock.advance(hours=11, minutes=59)
    assert await acting_by(office, token) is not None
    clock.advance(minutes=1)
    assert await acting_by(office, token) is None


async def test_a_session_ends_after_seven_days_of_use(office: Office, officer: Actor, clock: Clock) -> None:
    token, session_id = await open_session(office, officer)
    for _ in range(7 * 4 - 1):
        clock.advance(hours=6)
        async with office.act(officer) as act:
            await sessions.touch(act, session_id)
    assert await acting_by(office, token) is not None
    clock.advance(hours=6)
    assert await acting_by(office, token) is None


async def test_the_use_of_a_session_is_noted_every_five_minutes(office: Office, officer: Actor, clock: Clock) -> None:
    token, session_id = await open_session(office, officer)

    async def stale() -> bool:
        async with office.database.read() as connection:
            credential = await sessions.find(connection, token, clock())
        assert credential is not None
        assert credential.id == session_id
        return credential.stale

    clock.advance(minutes=4, seconds=59)
    assert not await stale()
    clock.advance(seconds=1)
    assert await stale()
    async with office.act(officer) as act:
        await sessions.touch(act, session_id)
    assert not await stale()


async def test_sessions_are_listed_and_closed_by_their_person_alone(
    office: Office, officer: Actor, actor: MakeActor, clock: Clock
) -> None:
    stranger = await actor("PER", "officer")
    first, first_id = await open_session(office, officer, "Firefox on Linux")
    clock.advance(minutes=1)
    second, second_id = await open_session(office, officer, "Safari" * 100)

    async with office.database.read() as connection:
        listed = await sessions.list_of(connection, officer.person_id or "", clock())
    assert [(one.id, one.browser[:7]) for one in listed] == [(second_id, "SafariS"), (first_id, "Firefox")]
    for who, session_id in ((stranger, first_id), (officer, new_id()), (officer, "no id")):
        async with office.act(who) as act:
            with pytest.raises(NotVisible):
                await sessions.close(act, session_id)
    async with office.act(officer) as act:
        await sessions.close(act, first_id)
        with pytest.raises(NotVisible):
            await sessions.close(act, first_id)
    assert await acting_by(office, first) is None
    assert await acting_by(office, second) is not None


async def test_all_other_sessions_are_closed_at_once(office: Office, officer: Actor, actor: MakeActor) -> None:
    stranger = await actor("PER", "officer")
    opened = [await open_session(office, officer) for _ in range(3)]
    of_another, _ = await open_session(office, stranger)
    async with office.act(officer) as act:
        assert await sessions.close_others(act, keep=opened[1][1]) == 2

    assert [await acting_by(office, token) is not None for token, _ in opened] == [False, True, False]
    assert await acting_by(office, of_another) is not None
    assert (await lines_of(office))[-1].facts == {"sessions": 2}
