"""Reading notices: every query goes through `readable`, so that no door shows more than another."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.errors import Fault, Invalid, NotVisible
from notify.ids import is_id
from notify.language import text
from notify.notices.derived import fold
from notify.notices.notice import COLUMNS, Notice, from_row
from notify.notices.readable import readable, told
from notify.notices.tables import notices, recipients
from notify.schema import Instant

NEWEST = sa.func.coalesce(notices.c.latest_at, notices.c.updated_at, type_=Instant())


@dataclass(frozen=True)
class Filters:
    """What a list of notices is narrowed to; None or empty: not narrowed. Dates are local to the notice's place."""

    measure: Sequence[int] = ()
    state: Sequence[str] = ()
    status: Sequence[str] = ()
    starts_from: str | None = None  # ends on this day or later, YYYY-MM-DD
    starts_to: str | None = None  # starts on this day or earlier
    q: str = ""
    bbox: tuple[float, float, float, float] | None = None  # west, south, east, north; west > east across 180°
    test: bool | None = None
    posted_by: str | None = None
    told: str | None = None  # only those that this party was told of


async def get(connection: AsyncConnection, viewer: Actor | None, notice_id: str) -> Notice:
    """The notice, for a viewer who may read it. Raises `NotVisible`."""
    if not is_id(notice_id):
        raise NotVisible()
    statement = sa.select(*COLUMNS).where(notices.c.id == notice_id, readable(viewer))
    row = (await connection.execute(statement)).mappings().first()
    if row is None:
        raise NotVisible()
    return from_row(row)


async def page(
    connection: AsyncConnection,
    viewer: Actor | None,
    filters: Filters,
    limit: int,
    cursor: str | None = None,
    also: Sequence[sa.ColumnElement[bool]] = (),
) -> tuple[list[Notice], str | None]:
    """The newest notices that a viewer may read, and the cursor of the next page or None at the end.

    ``also`` are more conditions on `notices`, which narrow it further.
    """
    statement = sa.select(*COLUMNS, NEWEST.label("newest")).where(readable(viewer), *_conditions(filters), *also)
    if cursor:
        at, last_id = read_cursor(cursor)
        newest = NEWEST
        statement = statement.where(sa.or_(newest < at, sa.and_(newest == at, notices.c.id < last_id)))
    statement = statement.order_by(NEWEST.desc(), notices.c.id.desc()).limit(limit + 1)
    rows = (await connection.execute(statement)).mappings().all()
    found = [from_row(row) for row in rows[:limit]]
    more = make_cursor(rows[limit - 1]["newest"], found[-1].id) if len(rows) > limit else None
    return found, more


async def count(connection: AsyncConnection, viewer: Actor | None, filters: Filters) -> int:
    """How many notices `page` would give in all."""
    statement = sa.select(sa.func.count()).select_from(notices).where(readable(viewer), *_conditions(filters))
    return int((await connection.execute(statement)).scalar_one())


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.measure:
        found.append(notices.c.measure.in_(filters.measure))
    if filters.state:
        found.append(notices.c.state.in_(filters.state))
    if filters.status:
        found.append(notices.c.status.in_(filters.status))
    if filters.starts_from:
        found.append(notices.c.ends_on >= filters.starts_from)
    if filters.starts_to:
        found.append(notices.c.starts_on <= filters.starts_to)
    for word in fold(filters.q).split()[:10]:
        found.append(_says(word))
    if filters.bbox is not None:
        found.append(_touches(filters.bbox))
    if filters.test is not None:
        found.append(notices.c.test == filters.test)
    if filters.posted_by:
        found.append(notices.c.state == filters.posted_by)
    if filters.told:
        found.append(told(filters.told))
    return found


def _says(word: str) -> sa.ColumnElement[bool]:
    """Whether a notice has a folded word in its texts or in its reference, as far as it was typed."""
    reference = sa.func.lower(notices.c.reference)
    return sa.or_(notices.c.words.contains(word, autoescape=True), reference.contains(word, autoescape=True))


def _touches(bbox: tuple[float, float, float, float]) -> sa.ColumnElement[bool]:
    west, south, east, north = bbox
    n = notices.c
    row_wraps = n.west > n.east
    if west <= east:
        across = sa.or_(
            sa.and_(sa.not_(row_wraps), n.west <= east, n.east >= west),
            sa.and_(row_wraps, sa.or_(n.west <= east, n.east >= west)),
        )
    else:
        across = sa.or_(row_wraps, n.east >= west, n.west <= east)
    return sa.and_(n.south <= north, n.north >= south, across)


def make_cursor(at: datetime, last_id: str) -> str:
    """A cursor after the row at ``at`` with ``last_id``; opaque to whoever gets it."""
    value = Instant().process_bind_param(at, None)  # type: ignore[arg-type]
    return base64.urlsafe_b64encode(json.dumps([value, last_id]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """What `make_cursor` put in. Raises `Invalid` for anything else."""
    try:
        value, last_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(value, int) or not is_id(last_id) or abs(value) > 2**60:
            raise ValueError
        at = Instant().process_result_value(value, None)  # type: ignore[arg-type]
    except (ValueError, TypeError, binascii.Error, OverflowError):
        raise bad_cursor() from None
    assert at is not None
    return at, last_id


def bad_cursor() -> Invalid:
    """The refusal of a cursor that this system did not give."""
    return Invalid([Fault("/cursor", text("Use the next_cursor of the answer before, unchanged."))])


async def recipients_of(connection: AsyncConnection, notice: Notice, viewer: Actor) -> Sequence[Any]:
    """Rows {party, reasons, revision} of the latest revision that a viewer may see.

    The poster and auditors see all of them, a recipient its own row, other readers none.
    """
    statement = (
        sa.select(recipients.c.party, recipients.c.reasons, recipients.c.revision)
        .where(recipients.c.notice_id == notice.id, recipients.c.revision == notice.revision)
        .order_by(recipients.c.party)
    )
    if not sees_all(notice, viewer):
        statement = statement.where(recipients.c.party == (viewer.party or ""))
    return (await connection.execute(statement)).mappings().all()


def sees_all(notice: Notice, viewer: Actor) -> bool:
    """Whether a viewer sees every recipient, delivery and acknowledgement of a notice."""
    return viewer.has("auditor") or (viewer.party is not None and viewer.party == notice.state)
