"""The loop: look for work when woken, and once a second anyway; expand, claim, send side by side, record.

The same loop runs in the web process without Redis, and in every ``csbm-notify worker``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import WORKER
from notify.delivery import claims, results, subscriptions, workers
from notify.delivery.claims import Claim
from notify.delivery.expansion import Expander, expand
from notify.delivery.outcome import Outcome
from notify.delivery.sending import Channel, Message, Prepare
from notify.ids import new_id
from notify.notices.tables import events
from notify.office import Office
from worker.batch import Batch
from worker.pace import Pace as Pace
from worker.pace import elapsed
from worker.senders import Senders

log = structlog.get_logger("worker")

_T = TypeVar("_T")


@dataclass
class Loop:
    """``prepare`` by kind of delivery, ``channels`` by name, ``expanders`` from the parts above delivery."""

    office: Office
    prepare: Mapping[str, Prepare]
    channels: Mapping[str, Channel]
    expanders: Sequence[Expander] = ()
    pace: Pace = field(default_factory=Pace)
    kind: str = "worker"
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self._woken = asyncio.Event()
        self._stopping = False
        self._batches: dict[str, Batch] = {}
        self._flushing = asyncio.Lock()
        self._senders = Senders(self.channels, self.pace, self.office.clock)

    async def wake(self) -> None:
        """There is work: look now. Harmless when there is none."""
        self._woken.set()

    async def stop(self) -> None:
        """Claim no more, finish what is being sent, and end `run`."""
        self._stopping = True
        self._woken.set()
        self._senders.halt()

    async def run(self) -> None:
        """Run until `stop`. Whatever goes wrong is logged and tried again: the loop never ends by itself."""
        jobs = (
            self._always("record", self._record, 0.5),
            self._always("renew", self._renew, 0),
            self._always("heartbeat", self._beat, 0),
        )
        helpers = [asyncio.create_task(job) for job in jobs]
        try:
            while not self._stopping:
                try:
                    await self._round()
                except Exception as error:
                    # A database that is away, or a fault of ours in one event: the others must still be delivered.
                    _log("look_failed", error)
                    await self._wait(self._woken, min(1.0, self.pace.look))
        finally:
            self._senders.halt()
            await self._senders.finish(self.pace.margin)
            async with self._flushing:  # what is being recorded is recorded to its end
                for helper in helpers:
                    helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            try:
                await self._flush()
                await self._leave()
            except Exception as error:
                # The leases run out, and another worker takes up what is left.
                _log("leave_failed", error)
            for channel in self.channels.values():
                await channel.close()

    async def drain(self) -> None:
        """Work until nothing is due, then return: for tests and for making a history."""
        recorder = asyncio.create_task(self._always("record", self._record, 0.5))
        try:
            while await self._take() or self._batches or await self._has_work():
                await self._wait(self._woken, 0.01)  # for slots, for results, or for another worker
        finally:
            async with self._flushing:
                recorder.cancel()
            await asyncio.gather(recorder, return_exceptions=True)
            await self._flush()

    async def _round(self) -> None:
        self._woken.clear()
        self._senders.freed.clear()
        if not await self._has_work():
            await self._wait(self._woken, self.pace.look)
        elif self._senders.room < self.pace.batch // 2:
            await self._wait(self._senders.freed, self.pace.look)
        elif not await self._take():
            # What there is, another worker holds at this moment.
            await self._wait(self._woken, min(0.05, self.pace.look))

    async def _take(self) -> int:
        if await self._has_events():
            await self._expand()
        return await self._claim()

    async def _has_events(self) -> bool:
        async with self.office.database.read() as connection:
            return bool(await connection.scalar(sa.select(sa.exists().where(events.c.expanded_at.is_(None)))))

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        if self._stopping:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    async def _has_work(self) -> bool:
        due = claims.claimable(self.office.clock(), self._senders.hosts.share(), self._senders.parties.share())
        statement = sa.select(
            sa.or_(
                sa.exists().where(events.c.expanded_at.is_(None)),
                sa.exists().where(due),
                sa.exists().where(claims.is_expired()),
            )
        )
        async with self.office.database.read() as connection:
            return bool(await connection.scalar(statement))

    async def _expand(self) -> None:
        expanded = 1
        while expanded:
            async with self.office.act(WORKER) as act:
                expanded = await expand(act, self.expanders)
                act.wakes = False

    async def _claim(self) -> int:
        started = elapsed()
        token = new_id()
        lease = timedelta(seconds=self.pace.lease)
        limit = min(self.pace.batch, self._senders.room)
        now = self.office.clock()
        async with self.office.database.write() as connection:
            recovered = await claims.recover(connection, now)
            claimed = await claims.claim(
                connection, now, token, limit=limit, lease=lease, hosts=self._senders.hosts.share(),
                parties=self._senders.parties.share(),
            )  # fmt: skip
        if recovered:
            log.warning("leases_recovered", count=recovered)
        if not claimed:
            return 0
        batch = self._batches[token] = Batch(token, started + self.pace.lease, {one["id"] for one in claimed})
        if len(claimed) == limit and self.office.wake is not None:
            await self.office.wake()  # there is more than this worker's share: others join
        try:
            messages = await self._messages(claimed)
        except BaseException:
            self._senders.give_back(batch)
            raise
        self._senders.add(batch, claimed, messages)
        return len(claimed)

    async def _messages(self, claimed: Sequence[Claim]) -> dict[str, Message | Outcome]:
        messages: dict[str, Message | Outcome] = {}
        async with self.office.database.read() as connection:
            for kind, prepare in self.prepare.items():
                if of_kind := [one for one in claimed if one["kind"] == kind]:
                    try:
                        messages.update(await prepare(connection, of_kind))
                    except Exception:
                        # A fault of ours in one message must not hold up the others.
                        log.exception("prepare_failed", kind=kind, count=len(of_kind))
                        async with self.office.database.read() as again:
                            for one in of_kind:
                                messages[one["id"]] = await self._message(prepare, again, one)
        return messages

    async def _message(self, prepare: Prepare, connection: AsyncConnection, one: Claim) -> Message | Outcome:
        try:
            return (await prepare(connection, [one]))[one["id"]]
        except Exception:
            # Named in the log and shown as dead in the end; the next version may be able to make it.
            log.exception("message_failed", delivery=one["id"])
            return Outcome("retry", error_class="content")

    async def _always(self, what: str, job: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            try:
                await job()
            except Exception as error:
                # Without these jobs the loop would go on and nothing of it would count.
                _log("job_failed", error, job=what)
                await asyncio.sleep(pause)

    async def _record(self) -> None:
        await self._senders.ended.wait()
        await asyncio.sleep(self.pace.record)
        self._senders.ended.clear()
        await self._flush()

    async def _flush(self) -> None:
        """Record what has ended, and give back what was not sent. What cannot be recorded is kept and tried again."""
        async with self._flushing:
            waiting, unsent = self._senders.collect()
            gone: list[str] = []
            try:
                if waiting or unsent:
                    async with self.office.act(WORKER) as act:
                        for token, found in _by_token(waiting).items():
                            gone += await results.record(act, token, found)
                        for token, ids in _by_token(unsent).items():
                            await claims.release(act.connection, token, ids, act.now)
            except BaseException:
                self._senders.keep(waiting, unsent)
                raise
            for token in [t for t, batch in self._batches.items() if not batch.left]:
                del self._batches[token]
        for subscription_id in dict.fromkeys(gone):
            async with self.office.act(WORKER) as act:
                await subscriptions.disable(act, subscription_id, "gone")
        if waiting:
            self._woken.set()  # what waited behind these in their lanes can go

    async def _renew(self) -> None:
        await asyncio.sleep(self.pace.lease / 4)
        lease = timedelta(seconds=self.pace.lease)
        for batch in list(self._batches.values()):
            started = elapsed()
            if batch.left and started < batch.deadline:
                async with self.office.database.write() as connection:
                    kept = await claims.renew(connection, batch.token, sorted(batch.left), lease)
                batch.left &= kept
                batch.deadline = started + self.pace.lease

    async def _leave(self) -> None:
        now = self.office.clock()
        async with self.office.database.write() as connection:
            for batch in self._batches.values():
                await claims.release(connection, batch.token, sorted(batch.left), now)
            await workers.leave(connection, self.id)

    async def _beat(self) -> None:
        async with self.office.database.write() as connection:
            await workers.beat(connection, self.id, self.kind, self.office.clock())
        await asyncio.sleep(self.pace.heartbeat)


def _log(event: str, error: Exception, **facts: str) -> None:
    """Log a failure: by its name when the database is away, with its trace when the fault is ours."""
    if isinstance(error, (SQLAlchemyError, OSError)):
        log.error(event, error=type(error).__name__, **facts)
    else:
        log.exception(event, **facts)


def _by_token(pairs: Sequence[tuple[str, _T]]) -> dict[str, list[_T]]:
    grouped: dict[str, list[_T]] = {}
    for token, item in pairs:
        grouped.setdefault(token, []).append(item)
    return grouped
