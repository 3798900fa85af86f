"""Links that set a password: of an invitation, of a reset, of one who forgot."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from notify.accounts import links, people, sessions, signin, tokens
from notify.accounts.links import Due
from notify.accounts.tables import account_links
from notify.accounts.tables import sessions as sessions_table
from notify.accounts.tables import tokens as tokens_table
from notify.accounts.throttle import Throttle
from notify.errors import NotSignedIn, NotVisible
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.accounts import (
    HERE,
    PASSWORD,
    invite,
    lines_of,
    person_of,
    settle,
)
from tests.support.clock import Clock
from tests.support.people import enrol


async def test_an_invitation_sets_the_first_password(office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")
    await settle(office, due)

    assert (await person_of(office, due.person_id)).taken_up
    ana = await signin.authenticate(office, Throttle(), "ana@per.example", PASSWORD, HERE)
    assert ana.actor().has("officer")
    line = (await lines_of(office))[-1]
    assert (line.act, line.actor_kind, line.actor_id) == ("person.take_up", "link", due.person_id)


async def test_a_link_works_once(office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")
    await settle(office, due)

    async with office.act(links.VISITOR) as act:
        with pytest.raises(NotVisible, match="used already or has expired"):
            await links.take_up(act, due.token, "another hash")
    async with office.database.read() as connection:
        assert await links.find(connection, due.token, office.clock()) is None


async def test_a_link_taken_up_twice_at_once_works_once(office: Office, other_office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")

    async def take(through: Office) -> bool:
        async with through.act(links.VISITOR) as act:
            try:
                await links.take_up(act, due.token, "a hash")
            except NotVisible:
                return False
            return True

    assert sorted(await asyncio.gather(take(office), take(other_office))) == [False, True]


@pytest.mark.parametrize(("kind", "lasts"), [("invite", timedelta(days=7)), ("reset", timedelta(hours=1))])
async def test_a_link_expires(office_sqlite: Office, clock: Clock, kind: str, lasts: timedelta) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    due = await invite(office_sqlite, manager, "ana@per.example", "officer")
    if kind == "reset":
        await settle(office_sqlite, due)
        async with office_sqlite.act(manager) as act:
            due = await people.reset(act, due.person_id)
    assert due.kind == kind

    clock.advance(seconds=lasts.total_seconds() - 1)
    async with office_sqlite.database.read() as connection:
        assert await links.find(connection, due.token, clock()) is not None
    clock.advance(seconds=1)
    async with office_sqlite.database.read() as connection:
        assert await links.find(connection, due.token, clock()) is None
    async with office_sqlite.act(links.VISITOR) as act:
        with pytest.raises(NotVisible):
            await links.take_up(act, due.token, "a hash")


async def test_a_new_password_closes_sessions_and_voids_other_links(office: Office, actor: MakeActor) -> None:
    manager = await actor("PER", "manager")
    due = await invite(office, manager, "ana@per.example", "officer")
    await settle(office, due)
    ana = await person_of(office, due.person_id)
    async with office.act(ana.actor()) as act:
        session, _ = await sessions.open(act, ana.id, "Firefox")
    async with office.act(manager) as act:
        first, second = await people.reset(act, ana.id), await people.reset(act, ana.id)
    await settle(office, second, "otra contraseña larga")

    async with office.database.read() as connection:
        assert await sessions.find(connection, session, office.clock()) is None
        assert await links.find(connection, first.token, office.clock()) is None
    with pytest.raises(NotSignedIn):
        await signin.authenticate(office, Throttle(), "ana@per.example", PASSWORD, HERE)
    await signin.authenticate(office, Throttle(), "ana@per.example", "otra contraseña larga", HERE)


async def test_whoever_forgot_a_password_gets_a_link_and_a_stranger_none(office: Office, actor: MakeActor) -> None:
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")

    async def forgot(email: str) -> Due | None:
        async with office.act(links.VISITOR) as act:
            return await links.forgot(act, email)

    again = await forgot("Ana@PER.example")
    assert again is not None
    assert (again.kind, again.person_id) == ("invite", due.person_id)  # it was never taken up
    await settle(office, due)
    reset = await forgot("ana@per.example")
    assert reset is not None
    assert reset.kind == "reset"
    assert await forgot("nobody@per.example") is None
    # A line each: neither the log nor the time of a write tells them apart to whoever asks.
    assert [line.act for line in await lines_of(office)][-1:] == ["person.forgot"]
    assert "nobody" not in str((await lines_of(office))[-1])


async def test_a_disabled_person_gets_no_link(office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    due = await invite(office_sqlite, manager, "ana@per.example", "officer")
    async with office_sqlite.act(manager) as act:
        await people.disable(act, due.person_id)
        assert await links.forgot(act, "ana@per.example") is None


async def test_no_token_is_stored(office: Office, actor: MakeActor) -> None:
    officer = await actor("PER", "officer")
    due = await invite(office, await actor("PER", "manager"), "ana@per.example", "officer")
    async with office.act(officer) as act:
        session, _ = await sessions.open(act, officer.person_id or "", "Firefox")
        token, _ = await tokens.create(act, "robot", ["read"], 30)

    async with office.database.read() as connection:
        for table in (account_links, sessions_table, tokens_table):
            stored = str((await connection.execute(sa.select(table))).all())
            for secret in (due.token, session, token):
                assert secret not in stored
    log = str(await lines_of(office))
    assert not any(secret in log for secret in (due.token, session, token))
