"""Sessions, held on the server: a random token in a cookie, its hash here; listed and revocable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.accounts.person import ROLES, Credential, roles_in
from notify.accounts.tables import people, sessions
from notify.actor import Actor, scopes_of
from notify.audit.lines import append
from notify.errors import NotVisible
from notify.ids import is_id, new_id, new_secret
from notify.office import Act
from notify.vault import token_hash

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=5)
"""How old ``seen_at`` may be before a use is written down: not every request is a write."""


@dataclass(frozen=True)
class Session:
    """One of a person's open sessions, as her page lists it."""

    id: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


async def open(act: Act, person_id: str, browser: str) -> tuple[str, str]:
    """Open a session for a person who has proved to be herself; answers its token, shown once, and its id."""
    token, session_id = new_secret(), new_id()
    await act.connection.execute(
        sa.insert(sessions).values(
            id=session_id,
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=act.now,
            seen_at=act.now,
            expires_at=act.now + ABSOLUTE,
            browser=browser[:200],
        )
    )
    await act.connection.execute(sa.update(people).where(people.c.id == person_id).values(signed_in_at=act.now))
    await append(act, "session.open", "person", person_id, session=session_id)
    return token, session_id


async def find(connection: AsyncConnection, token: str, now: datetime) -> Credential | None:
    """The session of a cookie's token, if it holds: not closed, expired or idle too long, its person not disabled."""
    query = (
        sa.select(sessions.c.id, sessions.c.seen_at, people.c.id.label("person_id"), people.c.party, people.c.name,
                  people.c.language, ROLES)
        .join_from(sessions, people)
        .where(sessions.c.token_hash == token_hash(token), _holds(now), people.c.active)
    )  # fmt: skip
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    roles = roles_in(row.roles)
    actor = Actor(
        kind="person", via="page", person_id=row.person_id, party=row.party, roles=roles, scopes=scopes_of(roles),
        name=row.name, language=row.language,
    )  # fmt: skip
    return Credential(row.id, actor, stale=now - row.seen_at >= NOTED_EVERY)


async def actor_of(connection: AsyncConnection, token: str, now: datetime) -> Actor | None:
    """Who acts with a cookie's token; None when its session does not hold."""
    credential = await find(connection, token, now)
    return credential.actor if credential else None


async def touch(act: Act, session_id: str) -> None:
    """Note that a session is in use, so that it does not fall idle. No act of the person: not audited."""
    await act.connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session_id, sessions.c.seen_at <= act.now - NOTED_EVERY)
        .values(seen_at=act.now)
    )


async def close(act: Act, session_id: str) -> None:
    """Close one of one's own sessions: signing out, or another browser's. Raises `NotVisible` for any other."""
    mine = sessions.c.person_id == act.actor.person_id
    statement = sa.update(sessions).where(sessions.c.id == session_id, mine, _holds(act.now)).values(revoked_at=act.now)
    if not is_id(session_id) or (await act.connection.execute(statement)).rowcount == 0:
        raise NotVisible()
    await append(act, "session.close", "session", session_id)


async def close_others(act: Act, keep: str) -> int:
    """Close all of one's own sessions but ``keep``; answers how many. Raises `NotVisible` for whoever has none."""
    if act.actor.person_id is None:
        raise NotVisible()
    closed = await close_all(act, act.actor.person_id, keep=keep)
    if closed:
        await append(act, "session.close_others", "person", act.actor.person_id, sessions=closed)
    return closed


async def close_all(act: Act, person_id: str, keep: str | None = None) -> int:
    """Close a person's sessions as part of another act, which is audited; answers how many."""
    statement = sa.update(sessions).where(sessions.c.person_id == person_id, _holds(act.now))
    if keep is not None:
        statement = statement.where(sessions.c.id != keep)
    return (await act.connection.execute(statement.values(revoked_at=act.now))).rowcount


async def list_of(connection: AsyncConnection, person_id: str, now: datetime) -> list[Session]:
    """A person's sessions that hold, the latest used first."""
    query = (
        sa.select(
            sessions.c.id, sessions.c.browser, sessions.c.created_at, sessions.c.seen_at, sessions.c.expires_at
        )
        .where(sessions.c.person_id == person_id, _holds(now))
        .order_by(sessions.c.seen_at.desc(), sessions.c.id)
    )  # fmt: skip
    return [Session(**row._mapping) for row in await connection.execute(query)]


def _holds(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(sessions.c.revoked_at.is_(None), sessions.c.expires_at > now, sessions.c.seen_at > now - IDLE)
