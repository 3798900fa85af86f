"""What waits for a person now: to acknowledge, to decide, to endorse, to answer, and what did not arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.delivery.tables import deliveries
from notify.notices.notice import COLUMNS, Notice, from_row
from notify.notices.tables import acknowledgements, events, notices, recipients
from notify.observers.attendance import Attendance, parsed
from notify.observers.tables import attendance


def _unacknowledged(party: str) -> sa.ColumnElement[bool]:
    """The notice's latest revision was told to the party, which has not acknowledged it."""
    was_told = sa.exists().where(
        recipients.c.notice_id == notices.c.id,
        recipients.c.revision == notices.c.revision,
        recipients.c.party == party,
    )
    acknowledged = sa.exists().where(
        acknowledgements.c.notice_id == notices.c.id,
        acknowledgements.c.revision == notices.c.revision,
        acknowledgements.c.party == party,
    )
    return sa.and_(notices.c.revision > 0, was_told, sa.not_(acknowledged))


def _to_decide(party: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        notices.c.state == party, notices.c.status == "published", attendance.c.status.in_(("endorsed", "waitlisted"))
    )


def _to_endorse(party: str) -> sa.ColumnElement[bool]:
    return sa.and_(attendance.c.party == party, notices.c.status == "published", attendance.c.status == "requested")


async def counts(connection: AsyncConnection, actor: Actor, today: date) -> dict[str, int]:
    """The counts of the menu: ``inbox``, ``observers`` and ``my_attendance``, in one statement.

    ``today`` is the reader's: what is over needs no answer.
    """
    if actor.party is None:
        return {}
    joined = attendance.join(notices, notices.c.id == attendance.c.notice_id)

    def number(statement: sa.Select[Any]) -> sa.ScalarSelect[Any]:
        return statement.scalar_subquery()

    wanted: list[Any] = []
    if actor.has("officer"):
        inbox = sa.select(sa.func.count()).select_from(notices).where(_unacknowledged(actor.party))
        observers = (
            sa.select(sa.func.count())
            .select_from(joined)
            .where(sa.or_(_to_decide(actor.party), _to_endorse(actor.party)))
        )
        wanted += [number(inbox).label("inbox"), number(observers).label("observers")]
    if actor.has("observer"):
        mine = (
            sa.select(sa.func.count())
            .select_from(joined)
            .where(
                notices.c.status == "published",
                notices.c.ends_on >= today.isoformat(),
                attendance.c.person_id == actor.person_id,
                attendance.c.status == "approved",
                attendance.c.reply == "needs-action",
            )
        )
        wanted.append(number(mine).label("my_attendance"))
    if not wanted:
        return {}
    return dict((await connection.execute(sa.select(*wanted))).mappings().one())


async def to_acknowledge(connection: AsyncConnection, party: str, limit: int = 20) -> list[Notice]:
    """Notices whose latest revision the party has not acknowledged, the soonest to start first."""
    statement = (
        sa.select(*COLUMNS)
        .where(_unacknowledged(party))
        .order_by(notices.c.starts_at.is_(None), notices.c.starts_at, notices.c.id)
        .limit(limit)
    )
    return [from_row(row) for row in (await connection.execute(statement)).mappings()]


async def to_decide(connection: AsyncConnection, party: str) -> list[Attendance]:
    """Endorsed observers of the party's own notices, the oldest first."""
    return await _attendance(connection, _to_decide(party))


async def to_endorse(connection: AsyncConnection, party: str) -> list[Attendance]:
    """Requests of the party's own observers that it has not endorsed, the oldest first."""
    return await _attendance(connection, _to_endorse(party))


async def _attendance(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> list[Attendance]:
    statement = (
        sa.select(attendance, notices.c.state.label("host"))
        .join(notices, notices.c.id == attendance.c.notice_id)
        .where(which)
        .order_by(attendance.c.created_at, attendance.c.id)
        .limit(200)
    )
    return [parsed(row) for row in (await connection.execute(statement)).mappings()]


async def not_arriving(connection: AsyncConnection, party: str) -> Sequence[Mapping[str, Any]]:
    """Recipients of the party's own notices whom no channel has reached with the latest revision: notice and party.

    Every delivery of that revision to them has failed for good, or they have no subscription that one could go to.
    Whom a revision that was only just published will be sent to is not known yet: nobody of it is among them.
    """
    d = deliveries.c
    of_it = sa.and_(
        d.notice_id == notices.c.id, d.revision == notices.c.revision, d.party == recipients.c.party, d.supersedable
    )
    alive = sa.exists().where(of_it, d.status.not_in(("dead", "bounced")))
    acknowledged = sa.exists().where(
        acknowledgements.c.notice_id == notices.c.id,
        acknowledgements.c.revision == notices.c.revision,
        acknowledgements.c.party == recipients.c.party,
    )
    spreading = sa.exists().where(
        events.c.notice_id == notices.c.id,
        events.c.revision == notices.c.revision,
        events.c.party.is_(None),  # the news itself, not a receipt for it
        events.c.expanded_at.is_(None),
    )
    statement = (
        sa.select(notices.c.id, notices.c.reference, notices.c.content, notices.c.revision, recipients.c.party)
        .join(
            recipients,
            sa.and_(recipients.c.notice_id == notices.c.id, recipients.c.revision == notices.c.revision),
        )
        .where(notices.c.state == party, notices.c.status != "completed", sa.not_(spreading))
        .where(sa.not_(alive), sa.not_(acknowledged))
        .order_by(notices.c.latest_at.desc(), recipients.c.party)
        .limit(100)
    )
    return [row._asdict() for row in await connection.execute(statement)]
