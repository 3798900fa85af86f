"""People of the tests: written to the tables, and given back as the actor that they are when they sign in."""

from __future__ import annotations

import itertools

import sqlalchemy as sa

from notify.accounts.tables import people, person_roles
from notify.actor import Actor, Role, scopes_of
from notify.ids import new_id
from notify.office import Office

_number = itertools.count(1)


async def enrol(office: Office, party: str | None, *roles: Role, name: str = "", language: str = "en") -> Actor:
    """Give a party (None: the node itself) a person with these roles, who has no password, and answer the actor."""
    number = next(_number)
    person, name = new_id(), name or f"{(roles or ('nobody',))[0].title()} {number}"
    async with office.database.write() as connection:
        row = {
            "id": person, "party": party, "email": f"person{number}@{(party or 'node').lower()}.example", "name": name,
            "language": language, "active": True, "created_at": office.clock(),
        }  # fmt: skip
        await connection.execute(sa.insert(people), row)
        for role in roles:
            await connection.execute(sa.insert(person_roles), {"person_id": person, "role": role})
    held = frozenset(roles)
    return Actor("person", "page", person, party, held, scopes_of(held) if held else frozenset(), name, language)
