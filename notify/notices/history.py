"""The revisions of a notice: a reader reads every one of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.errors import NotVisible
from notify.notices.notice import Notice
from notify.notices.tables import revisions

Revision = Mapping[str, Any]
"""A row of `revisions`; content, reason, outcome and changes are parsed."""


async def revisions_of(connection: AsyncConnection, notice: Notice) -> Sequence[Revision]:
    """Every revision, the latest first."""
    statement = sa.select(revisions).where(revisions.c.notice_id == notice.id).order_by(revisions.c.revision.desc())
    return [parsed(row) for row in (await connection.execute(statement)).mappings()]


async def revision_of(connection: AsyncConnection, notice: Notice, number: int) -> Revision:
    """One revision. Raises `NotVisible` when there is none of that number."""
    if not 1 <= number <= notice.revision:
        raise NotVisible()
    statement = sa.select(revisions).where(revisions.c.notice_id == notice.id, revisions.c.revision == number)
    return parsed((await connection.execute(statement)).mappings().one())


def parsed(row: Mapping[Any, Any]) -> Revision:
    """A row with its JSON columns parsed."""
    found = dict(row)
    for name in ("content", "reason", "outcome", "changes"):
        found[name] = json.loads(row[name]) if row[name] else None
    return found
