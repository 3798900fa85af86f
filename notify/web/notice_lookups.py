"""What lists of notices show beside them, each by one statement for all: receipts, reasons, what was said before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.delivery.tables import deliveries
from notify.notices.notice import COLUMNS, Content, Notice, from_row
from notify.notices.readable import readable
from notify.notices.tables import acknowledgements, notices, recipients, revisions
from notify.parties import reasons
from notify.parties.reasons import Reason


@dataclass(frozen=True)
class Receipt:
    """The latest revision that a party has acknowledged, and when."""

    revision: int
    at: datetime


async def notices_by_id(connection: AsyncConnection, viewer: Actor, ids: Collection[str]) -> dict[str, Notice]:
    """Those of the notices that a viewer may read."""
    if not ids:
        return {}
    rows = await connection.execute(sa.select(*COLUMNS).where(notices.c.id.in_(ids), readable(viewer)))
    return {row["id"]: from_row(row) for row in rows.mappings()}


async def receipts_of(connection: AsyncConnection, party: str, found: Iterable[Notice]) -> dict[str, Receipt]:
    """A party's own latest receipt for each notice, by the notice's id."""
    a = acknowledgements.c
    rows = await connection.execute(
        sa.select(a.notice_id, a.revision, a.at)
        .where(a.party == party, a.notice_id.in_([notice.id for notice in found]))
        .order_by(a.revision)
    )
    return {row.notice_id: Receipt(row.revision, row.at) for row in rows}


async def contents_at(connection: AsyncConnection, wanted: Mapping[str, int]) -> dict[str, Content]:
    """What notices said at the revisions wanted, by the notice's id."""
    if not wanted:
        return {}
    r = revisions.c
    rows = await connection.execute(
        sa.select(r.notice_id, r.content).where(
            sa.or_(*(sa.and_(r.notice_id == key, r.revision == number) for key, number in wanted.items()))
        )
    )
    return {row.notice_id: json.loads(row.content) for row in rows}


async def reasons_for(connection: AsyncConnection, party: str, found: Iterable[Notice]) -> dict[str, list[Reason]]:
    """Why a party was told of the latest revision of each notice; notices that it was not told of are left out."""
    r = recipients.c
    rows = await connection.execute(
        sa.select(r.notice_id, r.reasons)
        .join(notices, sa.and_(notices.c.id == r.notice_id, notices.c.revision == r.revision))
        .where(r.party == party, r.notice_id.in_([notice.id for notice in found]))
    )
    return {row.notice_id: reasons.parse(row.reasons) for row in rows}


async def told_and_acknowledged(connection: AsyncConnection, found: Iterable[Notice]) -> dict[str, tuple[int, int]]:
    """(parties told, parties that acknowledged) of the latest revision. For whoever sees all recipients of them."""
    r, a = recipients.c, acknowledgements.c
    rows = await connection.execute(
        sa.select(r.notice_id, sa.func.count(), sa.func.count(a.party))
        .join(notices, sa.and_(notices.c.id == r.notice_id, notices.c.revision == r.revision))
        .outerjoin(
            acknowledgements,
            sa.and_(a.notice_id == r.notice_id, a.revision == r.revision, a.party == r.party),
        )
        .where(r.notice_id.in_([notice.id for notice in found]))
        .group_by(r.notice_id)
    )
    return {notice_id: (told, acknowledged) for notice_id, told, acknowledged in rows}


async def failures(connection: AsyncConnection, wanted: Mapping[str, int]) -> Sequence[Mapping[str, Any]]:
    """Deliveries of the revisions wanted that failed for good, oldest first. For the posters of the notices alone."""
    if not wanted:
        return []
    d = deliveries.c
    rows = await connection.execute(
        sa.select(d.notice_id, d.party, d.channel, d.status, d.finished_at)
        .where(
            d.supersedable,
            d.status.in_(("bounced", "dead")),
            sa.or_(*(sa.and_(d.notice_id == key, d.revision == number) for key, number in wanted.items())),
        )
        .order_by(d.finished_at)
    )
    return [dict(row) for row in rows.mappings()]


def unacknowledged_by(party: str) -> sa.ColumnElement[bool]:
    """The condition on `notices` that a party was told of the latest revision and has not acknowledged it."""
    r, a, n = recipients.c, acknowledgements.c, notices.c
    told = sa.exists().where(r.notice_id == n.id, r.revision == n.revision, r.party == party)
    acknowledged = sa.exists().where(a.notice_id == n.id, a.revision == n.revision, a.party == party)
    return sa.and_(told, sa.not_(acknowledged))
