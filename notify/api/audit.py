"""/audit: every act, for an auditor."""

from __future__ import annotations

from notify.api.call import Answer, Call
from notify.api.paging import limit_and_cursor
from notify.audit import reading
from notify.audit.lines import rfc3339
from notify.audit.reading import Line
from notify.digits import whole
from notify.notices.reading import bad_cursor


async def list_lines(call: Call) -> Answer:
    """GET /audit, the newest first"""
    limit, cursor = limit_and_cursor(call.request)
    before = None if cursor is None else whole(cursor, 15)
    if cursor is not None and before is None:
        raise bad_cursor()
    lines = await reading.page(call.connection, before, limit + 1)
    more = str(lines[limit - 1].position) if len(lines) > limit else None
    return Answer({"items": [line_json(line) for line in lines[:limit]], "next_cursor": more})


def line_json(line: Line) -> dict[str, object]:
    """A line as JSON."""
    return {
        "position": line.position,
        "at": rfc3339(line.at),
        "act": line.act,
        "actor": {"kind": line.actor_kind, "id": line.actor_id, "token": line.token_id},
        "party": line.party,
        "object": {"kind": line.object_kind, "id": line.object_id},
        "facts": dict(line.facts),
        "leaf_hash": line.leaf_hash,
    }
