"""Claims: a worker takes a batch of deliveries with a lease, and is the only one to send them while it lasts.

A delivery is claimed only where no older one of its lane is pending or sending, so that for one subscription and
notice revision 2 never starts after revision 3 has. Leases are compared by the database's clock alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.database import Database
from notify.delivery.rows import among, among_those_of, fetch, lock_in_order
from notify.delivery.tables import deliveries, failed_attempts
from notify.ids import new_id
from notify.schema import Instant, database_now, microseconds


class Claim(NamedTuple):
    """What is needed to send it of a row of `deliveries` that this worker may send; what a kind does not have is None.

    A tuple, and equal names one object: a claim of thousands must stay small, for the processor's cache.
    """

    id: str
    kind: str
    number: int
    event_id: Any
    party: str
    subscription_id: Any
    attendance_id: Any
    letter_id: Any
    channel: str
    host: str
    attempts: int


@dataclass(frozen=True)
class Share:
    """How the deliveries of one batch are shared out, so that a slow receiver does not hold up the others.

    ``each``: how many one host, or one party, gets in a claim, unless it is ``fast``; one that is ``busy`` gets none.
    """

    each: int
    fast: Collection[str] = ()
    busy: Collection[str] = ()


ALL = Share(each=1_000_000)

# Written into the statement: a parameter would keep the databases from using the partial indexes.
_PENDING: sa.ColumnElement[str] = sa.literal_column("'pending'")
_SENDING: sa.ColumnElement[str] = sa.literal_column("'sending'")


async def may_be_due(database: Database, now: datetime) -> bool:
    """Whether anything is due or being sent at all: what a loop with nothing to do asks every second."""
    found = await database.glance(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM deliveries WHERE status = 'pending' AND due_at <= :now) "
        "OR EXISTS (SELECT 1 FROM deliveries WHERE status = 'sending')",
        now=microseconds(now),
    )
    return found is not None


def claimable(now: datetime, hosts: Share = ALL, parties: Share = ALL) -> sa.ColumnElement[bool]:
    """Due, first of its lane, and for a receiver that is not busy."""
    d = deliveries.c
    older = deliveries.alias("older")
    # News of a revision does not wait for an acknowledgement that the receiver has refused; it waits for one that is
    # being sent or was not tried yet.
    waits_for = sa.case(
        (older.c.status == _SENDING, sa.true()),
        else_=sa.or_(older.c.attempts == 0, older.c.supersedable, sa.not_(d.supersedable)),
    )
    in_front: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
        older.c.lane == d.lane,
        older.c.number < d.number,
        older.c.status.in_((_PENDING, _SENDING)),
        waits_for,
    )
    # Asked for each due row by the index of lanes, which CASE and OFFSET hold PostgreSQL to: where it takes the table
    # for empty, as it does right after a large expansion, it would join all that is due with all that is under way.
    blocked = sa.exists(in_front.correlate(deliveries).offset(sa.literal_column("0")))
    conditions = [d.status == _PENDING, d.due_at <= now, sa.not_(blocked)]
    if hosts.busy:
        conditions.append(d.host.not_in(sorted(hosts.busy)))
    if parties.busy:
        conditions.append(d.party.not_in(sorted(parties.busy)))
    return sa.and_(*conditions)


async def claim(
    connection: AsyncConnection,
    now: datetime,
    token: str,
    *,
    limit: int,
    lease: timedelta,
    hosts: Share = ALL,
    parties: Share = ALL,
) -> Sequence[Claim]:
    """Take up to ``limit`` due deliveries under ``token``, the longest due first.

    A party's share is not cut where the host is fast: that holds nobody up.
    """
    d = deliveries.c
    first = (
        sa.select(d.id, d.host, d.party, d.due_at)
        .where(claimable(now, hosts, parties))
        .order_by(d.due_at)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
        # Made once: what an UPDATE's subquery locks may otherwise be looked for again, row by row.
        .cte("first", nesting=False)
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    ranked = sa.select(
        first.c.id,
        first.c.host,
        first.c.party,
        _rank(first, first.c.host).label("of_host"),
        _rank(first, first.c.party).label("of_party"),
    ).subquery()
    of_party = _within(ranked.c.of_party, ranked.c.party, parties)
    shared = sa.select(ranked.c.id).where(
        _within(ranked.c.of_host, ranked.c.host, hosts),
        sa.or_(of_party, ranked.c.host.in_(sorted(hosts.fast))) if hosts.fast else of_party,
    )
    statement = (
        sa.update(deliveries)
        .where(among_those_of(connection, d.id, shared))
        .values(
            status="sending",
            lease_token=token,
            lease_until=database_now() + _microseconds(lease),
            attempts=d.attempts + 1,
        )
    )
    columns = [deliveries.c[name] for name in Claim._fields]
    if connection.dialect.name == "sqlite":
        await connection.execute(statement)
        rows = await fetch(connection, sa.select(*columns).where(d.status == _SENDING, d.lease_token == token))
    else:
        rows = (await connection.execute(statement.returning(*columns))).all()
    one: Callable[[Any, Any], Any] = {}.setdefault  # of equal names the first
    return [
        Claim(
            id_, one(kind, kind), number, one(event_id, event_id), one(party, party), subscription_id,
            attendance_id, letter_id, one(channel, channel), one(host, host), tried,
        )
        for (
            id_, kind, number, event_id, party, subscription_id, attendance_id, letter_id, channel, host, tried,
        ) in rows
    ]  # fmt: skip


def is_cut(claimed: Sequence[Claim], hosts: Share, parties: Share) -> bool:
    """Whether somebody got all of a share: there may be more for the same receiver."""
    limited = [one for one in claimed if one.host not in hosts.fast]
    by_host = Counter(one.host for one in limited)
    by_party = Counter(one.party for one in limited if one.party not in parties.fast)
    return max(by_host.values(), default=0) >= hosts.each or max(by_party.values(), default=0) >= parties.each


def _rank(rows: sa.CTE, by: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    return sa.func.row_number().over(partition_by=by, order_by=(rows.c.due_at, rows.c.id))


def _within(rank: sa.ColumnElement[int], name: sa.ColumnElement[str], share: Share) -> sa.ColumnElement[bool]:
    return sa.or_(rank <= share.each, name.in_(sorted(share.fast))) if share.fast else rank <= share.each


async def renew(connection: AsyncConnection, token: str, ids: Sequence[str], lease: timedelta) -> set[str]:
    """Lengthen the leases that still hold; a delivery whose id does not come back is no longer this worker's."""
    await lock_in_order(connection, deliveries, ids)
    kept = await connection.execute(
        sa.update(deliveries)
        .where(_held(connection, token, ids), deliveries.c.lease_until > database_now())
        .values(lease_until=database_now() + _microseconds(lease))
        .returning(deliveries.c.id)
    )
    return {row.id for row in kept}


async def release(connection: AsyncConnection, token: str, ids: Sequence[str], now: datetime) -> None:
    """Give back deliveries that were not sent, without counting an attempt."""
    if ids:
        await lock_in_order(connection, deliveries, ids)
        await connection.execute(
            sa.update(deliveries)
            .where(_held(connection, token, ids))
            .values(attempts=deliveries.c.attempts - 1, **_set_free(now))
        )


async def recover(connection: AsyncConnection, now: datetime) -> int:
    """Set free what a dead or stopped worker left: deliveries whose lease has run out. Returns how many."""
    d = deliveries.c
    expired = sa.select(d.id).where(is_expired()).with_for_update(skip_locked=True)
    rows = await connection.execute(
        sa.update(deliveries)
        .where(d.id.in_(expired), is_expired())
        .values(due_at=now, **_set_free(now))
        .returning(d.id, d.attempts)
    )
    lost = [
        {"id": new_id(), "delivery_id": row.id, "number": row.attempts, "started_at": now, "outcome": "lost"}
        for row in rows
    ]
    if lost:
        await connection.execute(sa.insert(failed_attempts), lost)
    return len(lost)


def is_expired() -> sa.ColumnElement[bool]:
    """Claimed, but its lease has run out: its worker is dead, or was stopped."""
    return sa.and_(deliveries.c.status == _SENDING, deliveries.c.lease_until <= database_now())


def _held(connection: AsyncConnection, token: str, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    d = deliveries.c
    return sa.and_(among(connection, d.id, ids), d.lease_token == token, d.status == "sending")


def _microseconds(lease: timedelta) -> int:
    return int(lease.total_seconds() * 1_000_000)


def _set_free(now: datetime) -> dict[str, Any]:
    # A later revision waits in the lane: the older one is no longer news.
    overtaken = deliveries.c.overtaken
    return {
        "status": sa.case((overtaken, "superseded"), else_="pending"),
        "finished_at": sa.case((overtaken, sa.literal(now, Instant)), else_=None),
        "lease_token": None,
        "lease_until": None,
    }
