"""Checking the audit log: every line is hashed again, and the whole is compared with its head."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.audit import merkle
from notify.audit.lines import rfc3339
from notify.audit.tables import audit_head, audit_lines
from notify.language import Text, text

BATCH = 1000
"""Lines read at a time: memory stays the same however long the log is."""


@dataclass(frozen=True)
class Finding:
    """What a check found. ``size`` and ``root`` are the head's, or those of the lines where there is no head.

    ``first_bad`` is the position of the first line that is wrong or missing; None when all is well, or when only a
    range can be named: a line that was rewritten together with its own hash.
    """

    ok: bool
    size: int
    root: str
    first_bad: int | None
    what: Text


async def verify(connection: AsyncConnection) -> Finding:
    """Check the log as it was when the check began; lines appended meanwhile are left to the next one.

    Finds a line that was changed, dropped, moved, or written past the head, columns that differ from what was
    hashed, and a head that does not match. A head and the lines rewritten together from some line on hash to another
    root: that is found by comparing the root with one noted earlier.
    """
    head = (await connection.execute(sa.select(audit_head))).one_or_none()
    if head is None:
        return await _without_head(connection)
    frontier: merkle.Frontier = ()
    seen = 0
    async for row in _lines(connection, head.size):
        if row.position != seen:
            return _bad(head, seen, text("Line %(n)s is missing.", n=seen))
        if merkle.leaf_hash(row.leaf.encode()) != row.leaf_hash or not _says_the_same(row):
            return _bad(head, seen, text("Line %(n)s was changed or moved.", n=seen))
        frontier = merkle.append(frontier, seen, row.leaf_hash)
        seen += 1
    if seen < head.size:
        return _bad(head, seen, text("Line %(n)s is missing.", n=seen))
    if await _runs_past_head(connection):
        return _bad(head, head.size, text("Line %(n)s was written past the log's head.", n=head.size))
    return _compare(head, frontier)


def _compare(head: sa.Row[Any], frontier: merkle.Frontier) -> Finding:
    stored = _stored_frontier(head)
    if stored is None or len(stored) != len(frontier):
        return _bad(head, None, text("The log's head was changed: its root and its hashes do not belong together."))
    for mine, theirs, (first, last) in zip(frontier, stored, merkle.spans(head.size), strict=True):
        if mine != theirs:
            what = text(
                "A line from %(first)s to %(last)s was changed together with its hash, or the head was.",
                first=first, last=last,
            )  # fmt: skip
            return _bad(head, None, what)
    return Finding(True, head.size, head.root, None, text("Every line is there, unchanged and in order."))


def _stored_frontier(head: sa.Row[Any]) -> merkle.Frontier | None:
    """The head's hashes; None when they are none, or do not make its root."""
    try:
        stored = tuple(json.loads(head.frontier))
        return stored if merkle.root(stored) == head.root else None
    except (ValueError, TypeError):
        return None


def _says_the_same(row: sa.Row[Any]) -> bool:
    """Whether the columns, which pages and filters read, repeat what was hashed."""
    try:
        leaf = json.loads(row.leaf)
        who, what = leaf["actor"], leaf["object"]
        hashed = (
            leaf["position"], leaf["at"], leaf["act"], who["kind"], who.get("id"), leaf.get("party"), what["kind"],
            what["id"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    shown = (
        row.position, rfc3339(row.at), row.act, row.actor_kind, row.actor_id, row.party, row.object_kind, row.object_id
    )  # fmt: skip
    return hashed == shown


async def _lines(connection: AsyncConnection, size: int) -> AsyncIterator[sa.Row[Any]]:
    after = -1
    while True:
        query = (
            sa.select(audit_lines)
            .where(audit_lines.c.position > after, audit_lines.c.position < size)
            .order_by(audit_lines.c.position)
            .limit(BATCH)
        )
        rows = (await connection.execute(query)).all()
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        after = rows[-1].position


async def _runs_past_head(connection: AsyncConnection) -> bool:
    """One statement, so that head and lines are of one moment even while others append."""
    last = sa.select(sa.func.max(audit_lines.c.position)).scalar_subquery()
    return bool(await connection.scalar(sa.select(sa.func.coalesce(last, -1) >= audit_head.c.size)))


async def _without_head(connection: AsyncConnection) -> Finding:
    first = await connection.scalar(sa.select(sa.func.min(audit_lines.c.position)))
    if first is None:
        return Finding(True, 0, merkle.EMPTY_ROOT, None, text("The log has no lines yet."))
    return Finding(False, 0, merkle.EMPTY_ROOT, first, text("The log has lines, but its head is gone."))


def _bad(head: sa.Row[Any], position: int | None, what: Text) -> Finding:
    return Finding(False, head.size, head.root, position, what)
