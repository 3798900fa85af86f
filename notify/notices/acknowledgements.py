"""Acknowledgements: a recipient's receipt for one revision, without prejudice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.audit.lines import append
from notify.errors import Fault, Invalid, NotAllowed
from notify.language import text
from notify.notices.notice import Notice, dumps, lock
from notify.notices.outbox import News, announce
from notify.notices.reading import get, sees_all
from notify.notices.tables import acknowledgements, recipients
from notify.office import Act

Acknowledgement = Mapping[str, Any]
"""A row of `acknowledgements`; ``statement`` is parsed."""


async def acknowledge(
    act: Act, notice_id: str, revision: int, statement: dict[str, str] | None = None
) -> tuple[Acknowledgement, bool]:
    """The actor's party acknowledges a revision. Returns the receipt and whether it is new: the first one stands.

    Raises `NotVisible`, `NotAllowed` for who was not told, `Invalid` for a revision that there is not.
    """
    await get(act.connection, act.actor, notice_id)
    act.actor.require("acknowledge", "officer")
    return await receive(act, notice_id, revision, statement)


async def receive(
    act: Act, notice_id: str, revision: int, statement: dict[str, str] | None = None
) -> tuple[Acknowledgement, bool]:
    """`acknowledge` without asking for a role: whoever follows a recipient's own link acts for it."""
    notice = await lock(act.connection, notice_id)
    party = act.actor.party or ""
    told_of = sa.select(recipients.c.revision).where(recipients.c.notice_id == notice_id, recipients.c.party == party)
    told = set((await act.connection.execute(told_of)).scalars())
    if told and not 1 <= revision <= notice.revision:
        raise Invalid([Fault("/revision", text("There is no such revision. The latest is %(n)s.", n=notice.revision))])
    if revision not in told:
        raise NotAllowed(text("Only a party that was told of this revision can acknowledge it."))
    first = await _find(act.connection, notice_id, revision, party)
    if first is not None:
        return first, False
    await act.connection.execute(
        sa.insert(acknowledgements).values(
            notice_id=notice_id,
            revision=revision,
            party=party,
            at=act.now,
            by_person=act.actor.person_id,
            via=act.actor.via,
            statement=dumps(statement) if statement else None,
        )
    )
    news = News("notice.acknowledged", notice_id, revision=revision, party=party, facts={"via": act.actor.via})
    await announce(act, news, {notice.state, party})
    await append(act, "notice.acknowledge", "notice", notice_id, revision=revision)
    made = await _find(act.connection, notice_id, revision, party)
    assert made is not None
    return made, True


async def acknowledgements_of(connection: AsyncConnection, notice: Notice, viewer: Actor) -> Sequence[Acknowledgement]:
    """All receipts for a notice that a viewer may see, oldest first."""
    statement = (
        sa.select(acknowledgements)
        .where(acknowledgements.c.notice_id == notice.id)
        .order_by(acknowledgements.c.at, acknowledgements.c.party)
    )
    if not sees_all(notice, viewer):
        statement = statement.where(acknowledgements.c.party == (viewer.party or ""))
    return [_parsed(row) for row in (await connection.execute(statement)).mappings()]


async def _find(connection: AsyncConnection, notice_id: str, revision: int, party: str) -> Acknowledgement | None:
    statement = sa.select(acknowledgements).where(
        acknowledgements.c.notice_id == notice_id,
        acknowledgements.c.revision == revision,
        acknowledgements.c.party == party,
    )
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else _parsed(row)


def _parsed(row: Mapping[Any, Any]) -> Acknowledgement:
    found = dict(row)
    found["statement"] = json.loads(row["statement"]) if row["statement"] else None
    return found
