"""The events of a party by its own log: positions are dense, so a cursor over them misses nothing."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.notices.tables import events, log
from notify.notices.view import rfc3339
from notify.observers.eventdata import data_of


async def event_items(
    connection: AsyncConnection, actor: Actor, after: int, limit: int, language: str
) -> list[dict[str, object]]:
    """Up to ``limit`` events of the actor's party after a position: what a webhook carries, with its ``position``.

    Raises `NotAllowed` for who is told of nothing: observers and people without a party.
    """
    actor.require("read", "officer", "manager")
    party = actor.party or ""
    statement = (
        sa.select(events, log.c.position)
        .join_from(log, events, events.c.id == log.c.event_id)
        .where(log.c.scope == party, log.c.position > after)
        .order_by(log.c.position)
        .limit(limit)
    )
    rows = [row._asdict() for row in await connection.execute(statement)]
    data = await data_of(connection, rows, party, language)
    return [
        {
            "position": row["position"],
            "type": row["type"],
            "timestamp": rfc3339(row["at"]),
            "data": data[row["id"]],
        }
        for row in rows
    ]
