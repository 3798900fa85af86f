"""Signing in: one answer to whatever is wrong."""

from __future__ import annotations

import sqlalchemy as sa
from argon2 import PasswordHasher, Type
from argon2.low_level import hash_secret

from notify.accounts import passwords, people, person, signin
from notify.accounts.tables import people as people_table
from notify.accounts.throttle import Throttle
from notify.office import Office
from tests.support.accounts import (
    HERE,
    PASSWORD,
    invite,
    refusal_of,
    set_hash,
)
from tests.support.people import enrol


async def test_every_refusal_to_sign_in_says_the_same(office_sqlite: Office, ana: person.Person) -> None:
    manager = await enrol(office_sqlite, "PER", "manager")
    await invite(office_sqlite, manager, "invited@per.example", "officer")
    said = {
        await refusal_of(office_sqlite, "ana@per.example", "wrong"),
        await refusal_of(office_sqlite, "nobody@per.example", PASSWORD),
        await refusal_of(office_sqlite, "invited@per.example", PASSWORD),
    }
    async with office_sqlite.act(manager) as act:
        await people.disable(act, ana.id)
    said.add(await refusal_of(office_sqlite, "ana@per.example", PASSWORD))

    assert len(said) == 1


async def test_a_mail_address_is_read_as_people_write_it(office_sqlite: Office, ana: person.Person) -> None:
    assert await signin.authenticate(office_sqlite, Throttle(), " ANA@PER.example", PASSWORD, HERE) == ana


async def test_a_hash_of_older_parameters_is_made_anew_at_sign_in(office_sqlite: Office, ana: person.Person) -> None:
    weak = hash_secret(PASSWORD.encode(), b"salt" * 4, 1, 8, 1, 32, Type.ID).decode()
    await set_hash(office_sqlite, ana.id, weak)

    await signin.authenticate(office_sqlite, Throttle(), "ana@per.example", PASSWORD, HERE)

    async with office_sqlite.database.read() as connection:
        stored = await connection.scalar(sa.select(people_table.c.password_hash).where(people_table.c.id == ana.id))
    assert stored is not None
    assert not PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).check_needs_rehash(stored)
    assert await passwords.verify(stored, PASSWORD)
