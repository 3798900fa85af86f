"""What the tests of accounts do: people who are invited and sign in, their sessions, tokens and lines of the log."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from notify.accounts import links, passwords, people, person, sessions, signin, tokens
from notify.accounts.links import Due
from notify.accounts.tables import people as people_table
from notify.accounts.throttle import Throttle
from notify.actor import Actor
from notify.audit.reading import Line, page
from notify.audit.verify import verify
from notify.errors import Invalid, NotSignedIn
from notify.office import Office

PASSWORD = "una contraseña larga"
HERE = "192.0.2.7"


async def invite(office: Office, by: Actor, email: str, *roles: str, **other: str) -> Due:
    async with office.act(by) as act:
        return await people.invite(act, "Ana Rojas", email, roles, "es", **other)


async def settle(office: Office, due: Due, password: str = PASSWORD) -> None:
    """Take up an invitation."""
    hashed = await passwords.hash_password(password)
    async with office.database.read() as connection:
        link = await links.find(connection, due.token, office.clock())
    assert link is not None
    async with office.act(link.actor()) as act:
        await links.take_up(act, due.token, hashed)


async def person_of(office: Office, person_id: str | None) -> person.Person:
    assert person_id is not None
    async with office.database.read() as connection:
        found = await person.get(connection, person_id)
    assert found is not None
    return found


async def lines_of(office: Office) -> list[Line]:
    """The audit log, oldest first; it is whole."""
    async with office.database.read() as connection:
        assert (await verify(connection)).ok
        return (await page(connection, None, 100))[::-1]


def pointers(refusal: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {fault.pointer for fault in refusal.value.faults}


async def refusal_of(office: Office, email: str, password: str, counts: Throttle | None = None) -> str:
    with pytest.raises(NotSignedIn) as refusal:
        await signin.authenticate(office, counts or Throttle(), email, password, HERE)
    return str(refusal.value)


async def set_hash(office: Office, person_id: str, hashed: str) -> None:
    async with office.database.write() as connection:
        await connection.execute(
            sa.update(people_table).where(people_table.c.id == person_id).values(password_hash=hashed)
        )


async def open_session(office: Office, who: Actor, browser: str = "Firefox") -> tuple[str, str]:
    async with office.act(who) as act:
        return await sessions.open(act, who.person_id or "", browser)


async def acting_by(office: Office, token: str) -> Actor | None:
    async with office.database.read() as connection:
        return await sessions.actor_of(connection, token, office.clock())


async def new_token(office: Office, who: Actor, *scopes: str, days: int = 30) -> tuple[str, tokens.Token]:
    async with office.act(who) as act:
        return await tokens.create(act, " robot ", scopes, days)


async def by_token(office: Office, token: str) -> Actor | None:
    async with office.database.read() as connection:
        return await tokens.actor_of_token(connection, token, office.clock())
