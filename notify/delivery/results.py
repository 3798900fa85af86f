"""Results: what became of a batch of attempts, recorded in one transaction.

A late success still counts; a late failure does not, for another worker may be sending by then (lease token).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.claims import Claim, release
from notify.delivery.outcome import Outcome
from notify.delivery.retry import delay
from notify.delivery.rows import among, in_order, lock_in_order
from notify.delivery.tables import deliveries, failed_attempts, letters, subscriptions
from notify.ids import new_id
from notify.office import Act

T = TypeVar("T")


@dataclass(slots=True)
class Result:
    """One attempt: what was claimed, when sending it started, and how it ended."""

    claim: Claim
    started_at: datetime
    outcome: Outcome

    def without_words(self) -> Result:
        """The same, without what the receiver said: what can be recorded of it whatever that was."""
        return replace(self, outcome=replace(self.outcome, text="", answer=None))


async def record(act: Act, results: Sequence[tuple[str, Result]], unsent: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Record results, each with its lease token, and give back the deliveries that were not sent, by id.

    Returns the subscriptions that answered that they are gone: the caller switches them off in the same transaction.
    """
    done: dict[str, list[Result]] = defaultdict(list)
    failed: list[tuple[str, Result]] = []
    for token, result in results:
        if result.outcome.kind == "done":
            done[result.outcome.status or "delivered"].append(result)
        else:
            failed.append((token, result))
    if failed or unsent or len(done) > 1:
        # All at once: of two workers that lock part by part, each may wait for the other.
        ids = [result.claim.id for _, result in results] + [delivery_id for _, delivery_id in unsent]
        await lock_in_order(act.connection, deliveries, ids)
    for status, batch in done.items():
        await _record_done(act, status, batch)
    void = await _void(act.connection, [r.claim.id for _, r in failed if r.claim.attempts > 1])
    failing = [r.claim.subscription_id for token, r in failed if await _record_failure(act, token, r, void[r.claim.id])]
    for token, ids in _by_token(unsent).items():
        await release(act.connection, token, ids, act.now)
    await _note_on_subscriptions(act, [r.claim.subscription_id for batch in done.values() for r in batch], failing)
    await _note_failures(act, [r for _, r in failed])
    gone = [r.claim.subscription_id for _, r in failed if r.outcome.kind == "gone" and r.claim.subscription_id]
    return sorted(set(gone))


def _by_token(pairs: Sequence[tuple[str, T]]) -> dict[str, list[T]]:
    """What belongs to each lease token."""
    grouped: dict[str, list[T]] = defaultdict(list)
    for token, item in pairs:
        grouped[token].append(item)
    return grouped


async def _note_failures(act: Act, failed: Sequence[Result]) -> None:
    rows = [
        {
            "id": new_id(), "delivery_id": r.claim.id, "number": r.claim.attempts, "started_at": r.started_at,
            "ended_at": act.now, "outcome": r.outcome.kind, "answer": r.outcome.answer,
            "error_class": r.outcome.error_class,
        }
        for r in failed
    ]  # fmt: skip
    if rows:
        await act.connection.execute(sa.insert(failed_attempts), rows)


async def _record_done(act: Act, status: str, batch: Sequence[Result]) -> None:
    ids = [r.claim.id for r in batch]
    await act.connection.execute(
        sa.update(deliveries)
        .where(in_order(act.connection, deliveries, ids, deliveries.c.status != "delivered"))
        .values(
            status=status,
            finished_at=act.now,
            lease_token=None,
            lease_until=None,
            error_class=None,
            error_text=None,
        )
    )
    await _erase_letters(act.connection, [r.claim.letter_id for r in batch if r.claim.letter_id])


async def _void(connection: AsyncConnection, ids: Sequence[str]) -> Counter[str]:
    """How many attempts of each delivery do not count.

    Those from before it was repeated by hand, and those that ended with their worker: they say nothing of the receiver.
    """
    if not ids:
        return Counter()
    d, a = deliveries.c, failed_attempts.c
    lost = (
        sa.select(sa.func.count())
        .where(a.delivery_id == d.id, a.outcome == "lost", a.number > d.attempts_before)
        .scalar_subquery()
    )
    found = await connection.execute(
        sa.select(d.id, (d.attempts_before + lost).label("times")).where(among(connection, d.id, ids))
    )
    return Counter({row.id: row.times for row in found})


async def _record_failure(act: Act, token: str, result: Result, void: int) -> bool:
    """Whether the failure counts."""
    d, outcome = deliveries.c, result.outcome
    chance = random.random()  # noqa: S311 - jitter is no secret
    wait = delay(result.claim.attempts - void, chance, outcome.retry_after) if outcome.kind == "retry" else None
    over = wait is None
    final = outcome.status or "dead"
    changed = await act.connection.execute(
        sa.update(deliveries)
        .where(d.id == result.claim.id, d.lease_token == token, d.status == "sending")
        .values(
            status=sa.case((d.overtaken, "superseded"), else_=final if over else "pending"),
            due_at=d.due_at if wait is None else act.now + wait,
            finished_at=act.now
            if over
            else sa.case((d.overtaken, sa.literal(act.now, d.finished_at.type)), else_=None),
            lease_token=None,
            lease_until=None,
            error_class=outcome.error_class,
            error_text=outcome.text[:500] or None,
        )
        .returning(d.id)
    )
    counts = changed.first() is not None
    if counts and over and result.claim.letter_id:
        await _erase_letters(act.connection, [result.claim.letter_id])
    return counts and outcome.error_class != "switched_off"


async def _note_on_subscriptions(act: Act, worked: Sequence[str | None], failing: Sequence[str | None]) -> None:
    """Since when a subscription fails."""
    s = subscriptions.c
    heard_of = {i for i in worked if i}
    failed = {i for i in failing if i} - heard_of
    if heard_of and failed:
        # Two statements: another worker's might take the same rows the other way round.
        await lock_in_order(act.connection, subscriptions, heard_of | failed)
    if heard_of:
        noted = in_order(act.connection, subscriptions, heard_of, s.failing_since.is_not(None))
        await act.connection.execute(sa.update(subscriptions).where(noted).values(failing_since=None))
    if failed:
        noted = in_order(act.connection, subscriptions, failed, s.failing_since.is_(None))
        await act.connection.execute(sa.update(subscriptions).where(noted).values(failing_since=act.now))


async def _erase_letters(connection: AsyncConnection, ids: Sequence[str]) -> None:
    if ids:
        await connection.execute(sa.delete(letters).where(letters.c.id.in_(ids)))
