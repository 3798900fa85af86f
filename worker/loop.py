"""The loop: look for work when woken, and once a second anyway; expand, claim, send side by side, record.

The same loop runs in the web process without Redis, and in every ``csbm-notify worker``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import WORKER
from notify.database import is_away
from notify.delivery import claims, expansion, subscriptions, workers
from notify.delivery.claims import Claim
from notify.delivery.expansion import Expander
from notify.delivery.outcome import Outcome
from notify.delivery.results import Result, record
from notify.delivery.sending import Channel, Message, Prepare
from notify.ids import new_id
from notify.office import Act, Office
from worker.batch import Batch
from worker.pace import Pace as Pace
from worker.pace import elapsed
from worker.senders import Senders

log = structlog.get_logger("worker")

Ended = tuple[str, Result]
"""A result with its lease token."""


class _NotRecorded(Exception):
    """A fault of ours in one result of many: each is recorded by itself in the next turn."""


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
        self._apart = False  # a result could not be recorded: each by itself, so that it holds up no other
        self._recording: asyncio.TimerHandle | None = None
        self._faulty: set[int] = set()  # events that could not be expanded, left alone for a while
        self._faulty_until = 0.0
        self._told = False  # that there is work
        self._partly = False  # an expansion goes on: not before what is due of it was claimed
        self._asks_at = 0.0
        self._more = False  # the last claim left something that is due, as far as can be seen by it
        self._goes_on_at = 0  # so few in hand, there is room again for those whom that claim was for; 0: now
        self._senders = Senders(self.channels, self.pace, self.office.clock, self._ended)

    async def wake(self) -> None:
        """There is work: look now. Harmless when there is none."""
        self._told = True
        self._woken.set()

    async def stop(self) -> None:
        """Claim no more, finish what is being sent, and end `run`."""
        self._stopping = True
        self._woken.set()
        self._senders.halt()

    async def run(self) -> None:
        """Run until `stop`. Whatever goes wrong is logged and tried again: the loop never ends by itself."""
        jobs = (
            self._always("renew", self._renew, self.pace.lease / 4),
            self._always("heartbeat", self._beat, self.pace.heartbeat),
        )
        helpers = [asyncio.create_task(job) for job in jobs]
        try:
            while not self._stopping:
                try:
                    seconds = await self._round()
                except Exception as error:
                    # A database that is away, or a fault of ours: what is due must still be delivered.
                    _log("look_failed", error)
                    seconds = min(1.0, self.pace.look)
                await self._wait(self.pace.look if seconds is None else seconds)
        finally:
            self._stopping = True
            self._senders.halt()
            await self._senders.finish(self.pace.margin)
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            try:
                with contextlib.suppress(_NotRecorded):
                    await self._turn()
                await self._turn()
                await self._leave()
            except Exception as error:
                # The leases run out, and another worker takes up what is left.
                _log("leave_failed", error)
            for channel in self.channels.values():
                await channel.close()

    async def drain(self) -> None:
        """Work until nothing is due, then return: for tests and for making a history."""
        while (seconds := await self._round()) is not None or self._senders.is_busy or self._woken.is_set():
            await self._wait(self.pace.record if seconds is None else seconds)

    async def _round(self) -> float | None:
        """One look and what it finds to do; answers in how many seconds there may be more, None: nothing is due."""
        self._woken.clear()
        ended = self._senders.has_ended
        # While a backlog is worked off it is asked once a look, and when told, whether there is anything else to do.
        goes_on = self._partly and not self._more
        asks = self._told or goes_on or not (self._more or ended) or elapsed() >= self._asks_at
        due = (asks and bool(await self._expand())) or self._more
        if not (due or ended):
            due = await self._is_due()
        if (due or ended) and await self._turn(recovers=asks):
            return 0.05 if self._goes_on_at else 0.0
        if due:
            # Another worker holds it at this moment, or there is no room here until something ends.
            return min(0.05 if self._senders.room else 1.0, self.pace.look)
        return 0.0 if ended else None

    async def _wait(self, seconds: float) -> None:
        if seconds and not self._stopping:
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`: on Python 3.11 it can swallow that it is cancelled.
                async with asyncio.timeout(seconds):
                    await self._woken.wait()

    def _ended(self) -> None:
        """Something is to be recorded: now if it was the last in hand, else in a moment with what ends until then.

        Now, too, if the next claim waits for that, and half of what was in hand is done.
        """
        if self._senders.held <= self._goes_on_at:
            self._woken.set()
        elif self._recording is None:
            self._recording = asyncio.get_running_loop().call_later(self.pace.record, self._woken.set)

    async def _is_due(self) -> bool:
        if not await claims.may_be_due(self.office.database, self.office.clock()):
            return False
        due = claims.claimable(self.office.clock(), self._senders.hosts.share(), self._senders.parties.share())
        statement = sa.select(sa.or_(sa.exists().where(due), sa.exists().where(claims.is_expired())))
        async with self.office.database.read() as connection:
            return bool(await connection.scalar(statement))

    async def _expand(self) -> int:
        """Expand what waits, up to the first part of a large expansion. How many events."""
        self._told = self._partly = False
        self._asks_at = elapsed() + self.pace.look
        if elapsed() > self._faulty_until:
            self._faulty.clear()
        count = 0
        while await expansion.is_waiting(self.office.database):
            try:
                async with self.office.act(WORKER) as act:
                    expanded = await expansion.expand(act, self.expanders, without=self._faulty)
                    act.wakes = False
            except expansion.NotExpanded as fault:
                # A fault of ours in one notice must not hold up the others.
                log.exception("expansion_failed", serials=list(fault.serials))
                self._faulty.update(fault.serials)
                self._faulty_until = elapsed() + self.pace.look
                continue
            count += expanded.count
            self._partly = expanded.partly
            if self._partly or not expanded.count:
                break  # there is something to send; or another worker is at it, or it is faulty
        return count

    async def _turn(self, *, recovers: bool = True) -> int:
        """Record what has ended and claim what there is room for, in one transaction, and send it. How many claimed."""
        if self._recording is not None:
            self._recording.cancel()
            self._recording = None
        if self._apart:
            await self._record_apart()
        results, unsent = self._senders.collect()
        room = 0 if self._stopping else self._senders.room
        if not (results or unsent or room):
            return 0
        batch = Batch(new_id(), elapsed() + self.pace.lease, set())
        claimed: Sequence[Claim] = []
        cut = False
        preparing: asyncio.Task[dict[str, Message | Outcome]] | None = None
        try:
            async with self.office.act(WORKER) as act:
                gone = await self._record(act, results, unsent)
                if room and recovers and (lost := await claims.recover(act.connection, act.now)):
                    log.warning("leases_recovered", count=lost)
                if room:
                    claimed, cut = await self._claim(act, batch.token, room)
                # After the claim: what tells of it is not committed yet, and could not be read below.
                for subscription_id in gone:
                    await subscriptions.disable(act, subscription_id, "gone")
                if claimed:
                    # It reads nothing that this transaction writes, and need not wait for its commit.
                    preparing = asyncio.create_task(self._messages(claimed))
        except BaseException:
            self._senders.keep(results, unsent)
            if preparing is not None:
                preparing.cancel()
                await asyncio.gather(preparing, return_exceptions=True)
            raise
        if act.wakes:
            await self.wake()  # somebody is to be told that a receiver is gone
        full = 0 < room == len(claimed)
        self._more, self._goes_on_at = full or cut, 0
        self._batches = {token: each for token, each in self._batches.items() if each.left}
        if preparing is not None:
            batch.left.update(one.id for one in claimed)
            self._batches[batch.token] = batch
            await self._send(batch, claimed, preparing)
            if (cut and not full) or self._senders.are_busy(claimed):
                self._goes_on_at = self._senders.held // 2
            if self._more and self.office.wake is not None:
                await self.office.wake()  # there is more than this worker's share: others join
        return len(claimed)

    async def _record(self, act: Act, results: Sequence[Ended], unsent: Sequence[tuple[str, str]]) -> Sequence[str]:
        try:
            return await record(act, results, unsent) if results or unsent else ()
        except Exception as error:
            if is_away(error):
                raise
            self._apart = True
            raise _NotRecorded from error

    async def _record_apart(self) -> None:
        """Record each result in a transaction of its own; one that cannot be recorded, without its words.

        One that cannot even so is given up here: its lease runs out, and it is sent again.
        """
        results, unsent = self._senders.collect()
        self._senders.keep((), unsent)
        for number, ended in enumerate(results):
            try:
                await self._record_one(*ended)
            except BaseException:
                self._senders.keep(results[number:], ())
                raise
        self._apart = False
        self._told = True

    async def _record_one(self, token: str, result: Result) -> None:
        for version in (result, result.without_words()):
            try:
                async with self.office.act(WORKER) as act:
                    for subscription_id in await record(act, [(token, version)]):
                        await subscriptions.disable(act, subscription_id, "gone")
                return
            except Exception as error:
                if is_away(error):
                    raise
                log.exception("result_not_recorded", delivery=result.claim.id, outcome=result.outcome.kind)

    async def _claim(self, act: Act, token: str, limit: int) -> tuple[Sequence[Claim], bool]:
        """What was claimed, and whether somebody's share of it was cut."""
        lease = timedelta(seconds=self.pace.lease)
        hosts, parties = self._senders.hosts.share(), self._senders.parties.share()
        claimed = await claims.claim(
            act.connection, act.now, token, limit=limit, lease=lease, hosts=hosts, parties=parties
        )
        return claimed, claims.is_cut(claimed, hosts, parties)

    async def _send(
        self, batch: Batch, claimed: Sequence[Claim], preparing: asyncio.Task[dict[str, Message | Outcome]]
    ) -> None:
        try:
            messages = await preparing
        except BaseException:
            self._senders.give_back(batch)
            raise
        self._senders.add(batch, claimed, messages)

    async def _messages(self, claimed: Sequence[Claim]) -> dict[str, Message | Outcome]:
        messages: dict[str, Message | Outcome] = {}
        async with self.office.database.read() as connection:
            for kind, prepare in self.prepare.items():
                if of_kind := [one for one in claimed if one.kind == kind]:
                    try:
                        messages.update(await prepare(connection, of_kind))
                    except Exception:
                        # A fault of ours in one message must not hold up the others.
                        log.exception("prepare_failed", kind=kind, count=len(of_kind))
                        async with self.office.database.read() as again:
                            for one in of_kind:
                                messages[one.id] = await self._message(prepare, again, one)
        return messages

    async def _message(self, prepare: Prepare, connection: AsyncConnection, one: Claim) -> Message | Outcome:
        try:
            return (await prepare(connection, [one]))[one.id]
        except Exception:
            # Named in the log and shown as dead in the end; the next version may be able to make it.
            log.exception("message_failed", delivery=one.id)
            return Outcome("retry", error_class="content")

    async def _always(self, what: str, job: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await job()
            except Exception as error:
                # Without these jobs the loop would go on and nothing of it would count.
                _log("job_failed", error, job=what)
            await asyncio.sleep(seconds)

    async def _renew(self) -> None:
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


def _log(event: str, error: Exception, **facts: str) -> None:
    """Log a failure: by its name when the database is away, with its trace when the fault is ours."""
    if is_away(error):
        log.error(event, error=type(error).__name__, **facts)
    else:
        log.exception(event, **facts)
