"""Idempotency keys: the same key and body get the first answer again, for 48 hours.

The key's row is written first in the transaction of the act and holds a lock on it: a second request at the same
moment waits for the first. A refused request leaves no row, since its transaction is rolled back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from notify.api.tables import idempotency_keys
from notify.errors import Fault, Invalid
from notify.language import text
from notify.office import Act

KEPT = timedelta(hours=48)
SEALED_AS = "idempotency_keys.answer"
LONGEST = 255


@dataclass(frozen=True)
class Kept:
    """An answer as it was given."""

    status: int
    headers: dict[str, str]
    body: str


def fingerprint(verb: str, path: str, body: bytes, scopes: Collection[str]) -> str:
    """What makes two requests the same, as SHA-256.

    The caller's scopes are part of it: a narrower token of the same person must not read what a wider one was given.
    """
    parts = (verb.encode(), path.encode(), " ".join(sorted(scopes)).encode(), body)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


async def begin(act: Act, key: str, request_sha256: str) -> Kept | None:
    """Take the key for this transaction; the first answer when there was one. Raises `Invalid` for another body."""
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise Invalid([Fault("", text("Send an Idempotency-Key of 1 to 255 printable characters of ASCII."))])
    t = idempotency_keys.c
    mine = sa.and_(t.person_id == act.actor.person_id, t.key == key)
    await act.connection.execute(sa.delete(idempotency_keys).where(t.at < act.now - KEPT))
    taken = await act.connection.execute(
        sa.text(
            "INSERT INTO idempotency_keys (person_id, key, request_sha256, at) VALUES (:person, :key, :hash, :at) "
            "ON CONFLICT (person_id, key) DO NOTHING RETURNING key"
        ).bindparams(
            sa.bindparam("person", act.actor.person_id, t.person_id.type),
            sa.bindparam("at", act.now, t.at.type),
        ),
        {"key": key, "hash": request_sha256},
    )
    if taken.first() is not None:
        return None
    row = (await act.connection.execute(sa.select(idempotency_keys).where(mine))).mappings().one()
    if row["request_sha256"] != request_sha256:
        raise Invalid([Fault("", text("This Idempotency-Key was used with another request. Use a new one."))])
    kept = json.loads(act.vault.open(row["answer_sealed"], SEALED_AS))
    return Kept(row["status"], kept["headers"], kept["body"])


async def finish(act: Act, key: str, answer: Kept) -> None:
    """Keep the answer, encrypted, in the transaction that it answers for."""
    t = idempotency_keys.c
    sealed = act.vault.seal(json.dumps({"headers": answer.headers, "body": answer.body}), SEALED_AS)
    await act.connection.execute(
        sa.update(idempotency_keys)
        .where(t.person_id == act.actor.person_id, t.key == key)
        .values(status=answer.status, answer_sealed=sealed)
    )
