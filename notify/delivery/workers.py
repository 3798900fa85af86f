"""The sign of life that each worker leaves: without one, pages and /readyz say that no worker is running."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.tables import workers
from notify.schema import database_now

SILENT_AFTER = 20
"""Seconds without a sign of life after which a worker counts as gone."""


_SEEN = (
    sa.update(workers)
    .where(workers.c.id == sa.bindparam("worker"))
    .values(seen_at=database_now())
    .returning(workers.c.id)
)
"""Made once: whoever has nothing to do leaves little else than this."""


async def beat(connection: AsyncConnection, worker_id: str, kind: str, started_at: datetime) -> None:
    """Leave the sign; with the first one, forget workers that have been silent for a day."""
    if (await connection.execute(_SEEN, {"worker": worker_id})).first() is None:
        await connection.execute(
            sa.insert(workers).values(id=worker_id, kind=kind, started_at=started_at, seen_at=database_now())
        )
        await connection.execute(sa.delete(workers).where(workers.c.seen_at < database_now() - 86_400_000_000))


async def leave(connection: AsyncConnection, worker_id: str) -> None:
    """Take the sign back: the worker ends in order."""
    await connection.execute(sa.delete(workers).where(workers.c.id == worker_id))


async def is_running(connection: AsyncConnection) -> bool:
    """Whether any worker has given a sign of life lately."""
    statement = sa.select(sa.exists().where(workers.c.seen_at > database_now() - SILENT_AFTER * 1_000_000))
    return bool(await connection.scalar(statement))
