"""The figures of the database: what waits and for how long, what became of deliveries, who works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.tables import deliveries, workers
from notify.delivery.workers import SILENT_AFTER
from notify.notices.tables import events
from notify.schema import Instant, database_now


@dataclass(frozen=True)
class Figures:
    """At one moment; ages are in seconds, 0 when nothing waits."""

    deliveries: Mapping[str, int]  # by status
    waiting_events: int
    oldest_event: float
    oldest_pending: float  # since it was due
    workers: Mapping[str, int]  # by kind, those that gave a sign of life lately


async def read(connection: AsyncConnection, now: datetime) -> Figures:
    """Read them. Deliveries are counted by the status alone, everything else by a small index."""
    d, e, w = deliveries.c, events.c, workers.c
    by_status = {
        str(row.status): int(row.number)
        for row in await connection.execute(sa.select(d.status, sa.func.count().label("number")).group_by(d.status))
    }
    waiting = (
        await connection.execute(
            sa.select(
                sa.func.count().label("number"),
                sa.type_coerce(sa.func.min(e.at), Instant).label("oldest"),
                sa.select(sa.type_coerce(sa.func.min(d.due_at), Instant))
                .where(d.status == "pending")
                .scalar_subquery()
                .label("due"),
            ).where(e.expanded_at.is_(None))
        )
    ).one()
    alive = await connection.execute(
        sa.select(w.kind, sa.func.count().label("number"))
        .where(w.seen_at > database_now() - SILENT_AFTER * 1_000_000)
        .group_by(w.kind)
    )
    return Figures(
        deliveries=by_status,
        waiting_events=waiting.number,
        oldest_event=_age(waiting.oldest, now),
        oldest_pending=_age(waiting.due, now),
        workers={str(row.kind): int(row.number) for row in alive},
    )


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
