"""Writing the audit log: a line for each act, hashed into the Merkle tree whose head is one row, locked last.

The order of locks is idempotency key → notice → attendance → counters → audit head: a verb appends when nothing is
left for it to lock. A line holds identifiers and salted hashes (`Vault.pseudonym`), never personal data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import rfc8785
import sqlalchemy as sa

from notify.actor import Actor
from notify.audit import merkle
from notify.audit.tables import audit_head, audit_lines
from notify.office import Act

Fact = str | int | bool | None


@dataclass(frozen=True)
class Entry:
    """What a line says beside who acted and when. ``verb`` is ``noun.verb``, such as ``notice.publish``."""

    verb: str
    object_kind: str
    object_id: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


async def append(act: Act, verb: str, object_kind: str, object_id: str, /, **facts: Fact) -> int:
    """Write one line and answer its position, from 0. Called last in a verb: it locks the log's head.

    Raises ValueError for a fact that JSON cannot hold exactly (an integer of 2^53 or more).
    """
    return await append_all(act, [Entry(verb, object_kind, object_id, facts)])


async def append_all(act: Act, entries: Sequence[Entry]) -> int:
    """Write several lines, in this order, and answer the position of the first; at least one is given."""
    size, frontier = await _locked_head(act)
    rows = []
    for position, entry in enumerate(entries, start=size):
        leaf = canonical(position, act.now, act.actor, entry)
        hashed = merkle.leaf_hash(leaf)
        frontier = merkle.append(frontier, position, hashed)
        rows.append({
            "position": position,
            "at": act.now,
            "act": entry.verb,
            "actor_kind": act.actor.kind,
            "actor_id": act.actor.person_id,
            "party": act.actor.party,
            "object_kind": entry.object_kind,
            "object_id": entry.object_id,
            "leaf": leaf.decode(),
            "leaf_hash": hashed,
        })  # fmt: skip
    await act.connection.execute(sa.insert(audit_lines), rows)
    await act.connection.execute(
        sa.update(audit_head).values(
            size=size + len(rows), frontier=json.dumps(frontier, separators=(",", ":")), root=merkle.root(frontier)
        )
    )
    return size


def canonical(position: int, at: datetime, actor: Actor, entry: Entry) -> bytes:
    """The leaf that is hashed: RFC 8785 JSON of the line, in UTF-8."""
    who: dict[str, Fact] = {"kind": actor.kind}
    if actor.person_id is not None:
        who["id"] = actor.person_id
    if actor.token_id is not None:
        who["token"] = actor.token_id
    line: dict[str, object] = {
        "position": position,
        "at": rfc3339(at),
        "act": entry.verb,
        "actor": who,
        "object": {"kind": entry.object_kind, "id": entry.object_id},
        "facts": dict(entry.facts),
    }
    if actor.party is not None:
        line["party"] = actor.party
    return rfc8785.dumps(line)  # type: ignore[arg-type]  # its type of a value leaves out dict[str, object]


def rfc3339(at: datetime) -> str:
    """A moment to the microsecond in UTC, as RFC 3339 writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


async def _locked_head(act: Act) -> tuple[int, merkle.Frontier]:
    query = sa.select(audit_head.c.size, audit_head.c.frontier).with_for_update()
    row = (await act.connection.execute(query)).one_or_none()
    if row is None:  # the first line of all: two processes may come at once
        await act.connection.execute(
            sa.text(
                "INSERT INTO audit_head (id, size, frontier, root) VALUES (1, 0, '[]', :root) ON CONFLICT DO NOTHING"
            ),
            {"root": merkle.EMPTY_ROOT},
        )
        row = (await act.connection.execute(query)).one()
    return row.size, tuple(json.loads(row.frontier))
