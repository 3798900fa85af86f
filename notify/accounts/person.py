"""A person with an account, as others read it: never with a password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts.care import cares_for
from notify.accounts.tables import people, person_roles
from notify.actor import Actor, Role, Scope, Via, scopes_of
from notify.errors import NotVisible
from notify.ids import is_id


@dataclass(frozen=True)
class Person:
    """``party`` is None for administrators and auditors of the node; ``taken_up`` once a password was set."""

    id: str
    party: str | None
    email: str
    name: str
    rank: str
    function: str
    language: str
    active: bool
    taken_up: bool
    roles: frozenset[Role]
    created_at: datetime
    signed_in_at: datetime | None

    def actor(self, via: Via = "page") -> Actor:
        """The person acting for herself, with all that her roles may."""
        return Actor(
            kind="person", via=via, person_id=self.id, party=self.party, roles=self.roles, scopes=scopes_of(self.roles),
            name=self.name, language=self.language,
        )  # fmt: skip


@dataclass(frozen=True)
class Credential:
    """A session or a token that holds, and who acts with it. ``stale``: its last use is to be noted by ``touch``."""

    id: str
    actor: Actor
    stale: bool


ROLES = (
    sa.select(sa.func.aggregate_strings(person_roles.c.role, " "))
    .where(person_roles.c.person_id == people.c.id)
    .correlate(people)
    .scalar_subquery()
    .label("roles")
)
"""The roles of the person of a row of ``people``, separated by spaces; null without any."""

_SHOWN = sa.select(
    people.c.id, people.c.party, people.c.email, people.c.name, people.c.rank, people.c.function, people.c.language,
    people.c.active, people.c.password_hash.is_not(None).label("taken_up"), ROLES, people.c.created_at,
    people.c.signed_in_at,
)  # fmt: skip


async def get(connection: AsyncConnection, person_id: str) -> Person | None:
    """A person, or None."""
    row = (await connection.execute(_SHOWN.where(people.c.id == person_id))).one_or_none()
    return None if row is None else _person(row)


async def in_care_of(connection: AsyncConnection, viewer: Actor, person_id: str) -> Person:
    """A person whose account ``viewer`` manages. Raises `NotVisible` for anybody else's, there or not."""
    person = await get(connection, person_id) if is_id(person_id) else None
    if person is None or not cares_for(viewer, person.party, person.roles):
        raise NotVisible()
    return person


async def list_for(connection: AsyncConnection, viewer: Actor) -> list[Person]:
    """Those whose accounts ``viewer`` manages, by party and name: her party's, or the node's and every manager."""
    query = _SHOWN.order_by(people.c.party, people.c.name, people.c.id)
    if not viewer.has("administrator"):
        query = query.where(people.c.party == viewer.party)
    found = [_person(row) for row in await connection.execute(query)]
    return [person for person in found if cares_for(viewer, person.party, person.roles)]


async def names(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, str]:
    """The names of people by their ids; those who are gone are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    query = sa.select(people.c.id, people.c.name).where(people.c.id.in_(wanted))
    return {row.id: row.name for row in await connection.execute(query)}


def roles_in(value: str | None) -> frozenset[Role]:
    """Roles as `ROLES` gives them."""
    return cast(frozenset[Role], frozenset((value or "").split()))  # the table's check allows no other words


def scopes_in(value: str) -> frozenset[Scope]:
    """Scopes as the table of tokens holds them."""
    return cast(frozenset[Scope], frozenset(value.split()))


def _person(row: sa.Row[*tuple[Any, ...]]) -> Person:
    values = dict(row._mapping)
    return Person(**{**values, "roles": roles_in(values["roles"]), "taken_up": bool(values["taken_up"])})
