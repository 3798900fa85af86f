"""API tokens of people: shown once, hashed at rest, scoped, expiring, never wider than who makes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts.care import cares_for
from notify.accounts.person import ROLES, Credential, roles_in, scopes_in
from notify.accounts.tables import people, tokens
from notify.actor import SCOPES, Actor, Scope, scopes_of
from notify.audit.lines import append
from notify.errors import Fault, Invalid, LifecycleError, NotAllowed, NotVisible
from notify.ids import is_id, new_id, new_secret
from notify.language import text
from notify.office import Act
from notify.vault import token_hash

PREFIX = "csbm_"
"""So that scanners of leaked secrets can tell what they found."""

MOST_DAYS = 366
MOST = 100
"""Tokens of one person that hold."""

NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Token:
    """A token as its owner's list shows it: ``hint`` is its beginning, the rest is known to nobody."""

    id: str
    person_id: str
    person: str
    name: str
    hint: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


async def create(act: Act, name: str, scopes: Collection[str], days: int) -> tuple[str, Token]:
    """Make a token for oneself; answers its secret, shown once, and its row.

    ``scopes`` are among those the actor can use now; it lasts ``days`` (1–366), and one made with another token no
    longer than that, and is revoked with it. Raises `Invalid` with every fault, `LifecycleError` past `MOST`.
    """
    owner = act.actor.person_id
    if owner is None:
        raise NotAllowed(text("Only a person with an account can make a token."))
    faults = [*_faults_of_name(name), *_faults_of_scopes(scopes, act.actor.scopes)]
    expires_at = act.now
    if 1 <= days <= MOST_DAYS:
        expires_at = act.now + timedelta(days=days)
    else:
        faults.append(Fault("/days", text("Choose from 1 to %(n)s days.", n=MOST_DAYS)))
    makers_end = await _makers_end(act)
    if makers_end is not None and expires_at > makers_end:
        faults.append(Fault("/days", text("It cannot outlast the token that makes it. Choose fewer days.")))
    if faults:
        raise Invalid(faults)
    held = sa.select(sa.func.count()).select_from(tokens).where(tokens.c.person_id == owner, _holds(act.now))
    if (await act.connection.scalar(held) or 0) >= MOST:
        raise LifecycleError(text("You have %(n)s tokens, the most that one can. Revoke one first.", n=MOST))
    secret = PREFIX + new_secret()
    token = Token(
        new_id(), owner, act.actor.name, name.strip(), secret[:12], scopes_in(" ".join(scopes)), act.now, expires_at,
        None,
    )  # fmt: skip
    granted = " ".join(scope for scope in SCOPES if scope in token.scopes)
    await act.connection.execute(
        sa.insert(tokens).values(
            id=token.id,
            token_hash=token_hash(secret),
            hint=token.hint,
            person_id=owner,
            name=token.name,
            scopes=granted,
            maker_id=act.actor.token_id,
            created_at=act.now,
            expires_at=expires_at,
        )
    )
    await append(act, "token.create", "token", token.id, scopes=granted, days=days)
    return secret, token


async def find(connection: AsyncConnection, token: str, now: datetime) -> Credential | None:
    """The token of an Authorization header, if it holds: not revoked or expired, its person not disabled.

    Its scopes are those that its person's roles of today can use.
    """
    if not token.startswith(PREFIX):
        return None
    query = (
        sa.select(tokens.c.id, tokens.c.scopes, tokens.c.used_at, people.c.id.label("person_id"), people.c.party,
                  people.c.name, people.c.language, ROLES)
        .join_from(tokens, people)
        .where(tokens.c.token_hash == token_hash(token), _holds(now), people.c.active)
    )  # fmt: skip
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    roles = roles_in(row.roles)
    actor = Actor(
        kind="token", via="api", person_id=row.person_id, party=row.party, roles=roles,
        scopes=scopes_in(row.scopes) & scopes_of(roles), name=row.name, language=row.language, token_id=row.id,
    )  # fmt: skip
    return Credential(row.id, actor, stale=row.used_at is None or now - row.used_at >= NOTED_EVERY)


async def actor_of_token(connection: AsyncConnection, token: str, now: datetime) -> Actor | None:
    """Who acts with a token; None when it does not hold."""
    credential = await find(connection, token, now)
    return credential.actor if credential else None


async def touch(act: Act, token_id: str) -> None:
    """Note when a token was used last. No act of the person: not audited."""
    stale = sa.or_(tokens.c.used_at.is_(None), tokens.c.used_at <= act.now - NOTED_EVERY)
    await act.connection.execute(sa.update(tokens).where(tokens.c.id == token_id, stale).values(used_at=act.now))


async def revoke(act: Act, token_id: str) -> None:
    """Revoke one's own token, or that of somebody whose account one manages, and those that were made with it.

    Raises `NotVisible` for any other, `NotAllowed` where one token would revoke another that can do more.
    """
    token = await get(act.connection, act.actor, token_id, act.now)
    if act.actor.token_id is not None and not ("manage" in act.actor.scopes or token.scopes <= act.actor.scopes):
        raise NotAllowed(text("A token cannot revoke one that can do more. Revoke it on the page of your tokens."))
    ended = sa.select(tokens.c.id).where(tokens.c.id == token.id).cte(recursive=True)
    ended = ended.union_all(sa.select(tokens.c.id).where(tokens.c.maker_id == ended.c.id))
    statement = sa.update(tokens).where(tokens.c.id.in_(sa.select(ended.c.id)), _holds(act.now))
    if (await act.connection.execute(statement.values(revoked_at=act.now))).rowcount == 0:
        raise NotVisible()
    await append(act, "token.revoke", "token", token.id, of=token.person_id)


async def revoke_all(act: Act, person_id: str) -> int:
    """Revoke a person's tokens as part of another act, which is audited; answers how many."""
    statement = sa.update(tokens).where(tokens.c.person_id == person_id, _holds(act.now)).values(revoked_at=act.now)
    return (await act.connection.execute(statement)).rowcount


async def get(connection: AsyncConnection, viewer: Actor, token_id: str, now: datetime) -> Token:
    """A token that holds and that ``viewer`` may see: one's own, or that of somebody whose account one manages.

    Raises `NotVisible` for any other.
    """
    query = _SHOWN.add_columns(people.c.party, ROLES).where(tokens.c.id == token_id, _holds(now))
    row = (await connection.execute(query)).one_or_none() if is_id(token_id) else None
    if row is None:
        raise NotVisible()
    manages = "manage" in viewer.scopes and cares_for(viewer, row.party, roles_in(row.roles))
    if row.person_id != viewer.person_id and not manages:
        raise NotVisible()
    return _token(row)


async def list_of(connection: AsyncConnection, person_id: str, now: datetime) -> list[Token]:
    """A person's tokens that hold, the newest first."""
    query = _SHOWN.where(tokens.c.person_id == person_id, _holds(now)).order_by(tokens.c.id.desc())
    return [_token(row) for row in await connection.execute(query)]


async def list_of_party(connection: AsyncConnection, party: str, now: datetime) -> list[Token]:
    """The tokens that hold of all people of a party, for its manager; by person, the newest first."""
    query = _SHOWN.where(people.c.party == party, _holds(now)).order_by(people.c.name, people.c.id, tokens.c.id.desc())
    return [_token(row) for row in await connection.execute(query)]


_SHOWN = sa.select(
    tokens.c.id, tokens.c.person_id, people.c.name.label("person"), tokens.c.name, tokens.c.hint, tokens.c.scopes,
    tokens.c.created_at, tokens.c.expires_at, tokens.c.used_at,
).join_from(tokens, people)  # fmt: skip


def _token(row: sa.Row[*tuple[Any, ...]]) -> Token:
    return Token(
        row.id, row.person_id, row.person, row.name, row.hint, scopes_in(row.scopes), row.created_at, row.expires_at,
        row.used_at,
    )  # fmt: skip


async def _makers_end(act: Act) -> datetime | None:
    if act.actor.token_id is None:
        return None
    return await act.connection.scalar(sa.select(tokens.c.expires_at).where(tokens.c.id == act.actor.token_id))


def _faults_of_name(name: str) -> list[Fault]:
    if not name.strip():
        return [Fault("/name", text("Name it after the program that will use it."))]
    if len(name.strip()) > 100:
        return [Fault("/name", text("Use %(n)s characters or fewer.", n=100))]
    return []


def _faults_of_scopes(scopes: Collection[str], usable: frozenset[Scope]) -> list[Fault]:
    if not scopes:
        return [Fault("/scopes", text("Choose at least one scope."))]
    if not set(scopes) <= usable:
        choice = " ".join(scope for scope in SCOPES if scope in usable)
        return [Fault("/scopes", text("Choose only scopes that you can use yourself: %(scopes)s.", scopes=choice))]
    return []


def _holds(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(tokens.c.revoked_at.is_(None), tokens.c.expires_at > now)
