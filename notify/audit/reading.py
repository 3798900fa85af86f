"""Reading the audit log, newest first, for an auditor. Callers have checked that the reader is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.audit.lines import Fact
from notify.audit.tables import audit_lines


@dataclass(frozen=True)
class Line:
    """One act. Identifiers only: names are looked up where they are shown, as long as the person is there."""

    position: int
    at: datetime
    act: str
    actor_kind: str
    actor_id: str | None
    token_id: str | None
    party: str | None
    object_kind: str
    object_id: str
    facts: Mapping[str, Fact]
    leaf_hash: str


async def page(connection: AsyncConnection, before: int | None, limit: int) -> list[Line]:
    """Up to ``limit`` lines with positions under ``before`` (None: from the newest), newest first."""
    query = sa.select(audit_lines).order_by(audit_lines.c.position.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_lines.c.position < before)
    return [_line(row) for row in await connection.execute(query)]


def _line(row: sa.Row[Any]) -> Line:
    try:
        leaf = json.loads(row.leaf)
        token, facts = leaf["actor"].get("token"), leaf["facts"]
    except (ValueError, KeyError, TypeError, AttributeError):
        token, facts = None, {}  # tampered with: still shown, so that the auditor sees where; `verify` names it
    return Line(
        row.position, row.at, row.act, row.actor_kind, row.actor_id, token, row.party, row.object_kind, row.object_id,
        facts, row.leaf_hash,
    )  # fmt: skip
