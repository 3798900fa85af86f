"""Senders: what was claimed is sent side by side, within the limits of hosts, parties and channels.

A sender is a task that sends one delivery after another, so that ten thousand need a hundred tasks. Who waits for a
slot waits in one line for each receiver, and the lines take turns: a receiver that answers slowly, or a party that is
told much, holds up its own line alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from notify.clock import Clock
from notify.delivery.claims import Claim
from notify.delivery.outcome import Outcome
from notify.delivery.results import Result
from notify.delivery.sending import Channel, Message
from worker.batch import Batch
from worker.load import Load
from worker.pace import Pace, elapsed

log = structlog.get_logger("worker")

_Line = tuple[str, str, str]  # channel, host, party: whose slots a send takes
_Held = tuple[Batch, Claim, Message | Outcome]


class Senders:
    """The deliveries that a worker has in hand, what became of those that it has sent, and what it gives back."""

    def __init__(self, channels: Mapping[str, Channel], pace: Pace, clock: Clock, ended: Callable[[], None]) -> None:
        """``ended`` is called whenever there is something to collect."""
        self._channels = channels
        self._pace = pace
        self._clock = clock
        self._ended = ended
        self._lines: dict[_Line, deque[_Held]] = {}
        self._turns: deque[_Line] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = Counter(
            {name: min(channel.side_by_side, pace.side_by_side) for name, channel in channels.items()}
        )
        self._results: list[tuple[str, Result]] = []
        self._unsent: list[tuple[str, str]] = []
        self._halted = False
        self.held = 0
        self.hosts = Load(pace.per_host)
        self.parties = Load(pace.per_party)

    @property
    def room(self) -> int:
        """How many more may be claimed: none while it is less than half a batch."""
        room = self._pace.capacity - self.held
        return min(self._pace.batch, room) if room >= self._pace.batch // 2 else 0

    @property
    def has_ended(self) -> bool:
        """Whether there is something to collect."""
        return bool(self._results or self._unsent)

    @property
    def is_busy(self) -> bool:
        """Whether anything is in hand, or is to be collected."""
        return self.held > 0 or self.has_ended

    def are_busy(self, claims: Iterable[Claim]) -> bool:
        """Whether all whom these claims are for have in hand what they get: a claim for them would be in vain."""
        hosts, parties = set(self.hosts.share().busy), set(self.parties.share().busy)
        return all(one.host in hosts or one.party in parties for one in claims)

    def add(self, batch: Batch, claims: Sequence[Claim], messages: Mapping[str, Message | Outcome]) -> None:
        """Send what was claimed, as soon as there are slots."""
        if self._halted:
            self.give_back(batch)
            return
        for one in claims:
            line = (one.channel, one.host, one.party)
            waiting = self._lines.get(line)
            if waiting is None:
                waiting = self._lines[line] = deque()
                self._turns.append(line)
            waiting.append((batch, one, messages[one.id]))
        self.hosts.take(one.host for one in claims)
        self.parties.take(one.party for one in claims)
        self.held += len(claims)
        self._start()

    def give_back(self, batch: Batch) -> None:
        """What was claimed cannot be sent."""
        self._unsent += [(batch.token, delivery_id) for delivery_id in batch.left]
        batch.left.clear()
        self._ended()

    def halt(self) -> None:
        """Begin no more sends: what waits for a slot is given back."""
        self._halted = True
        for batch, one, _ in [held for line in self._lines.values() for held in line]:
            self._put_back(batch, one.id)
        self._lines.clear()
        self._turns.clear()
        self._ended()

    async def finish(self, seconds: float) -> None:
        """Give what is being sent some seconds to its end."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def collect(self) -> tuple[list[tuple[str, Result]], list[tuple[str, str]]]:
        """Results to record, and deliveries that were not sent, each with its lease token; handed over once."""
        results, self._results = self._results, []
        unsent, self._unsent = self._unsent, []
        return results, unsent

    def keep(self, results: Sequence[tuple[str, Result]], unsent: Iterable[tuple[str, str]]) -> None:
        """What was collected could not be recorded: it is there to be collected again."""
        self._results[:0] = results
        self._unsent[:0] = unsent

    def _start(self) -> None:
        while (held := self._next()) is not None:
            task = asyncio.create_task(self._send_from(held))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next(self) -> _Held | None:
        """The first of the line whose turn it is, of those whose slots are free."""
        for _ in range(len(self._turns)):
            line = self._turns.popleft()
            channel, host, party = line
            if self._slots[channel] > 0 and self.hosts.has_slot(host) and self.parties.has_slot(party):
                waiting = self._lines[line]
                held = waiting.popleft()
                if waiting:
                    self._turns.append(line)
                else:
                    del self._lines[line]
                self._slots[channel] -= 1
                self.hosts.start(host)
                self.parties.start(party)
                return held
            self._turns.append(line)
        return None

    async def _send_from(self, first: _Held) -> None:
        held: _Held | None = first
        while held is not None:
            await self._deliver(*held)
            held = self._next()
            if self._turns:
                self._start()  # what this one's slots held up

    async def _deliver(self, batch: Batch, claim: Claim, message: Message | Outcome) -> None:
        delivery_id, channel = claim.id, claim.channel
        outcome: Outcome | None = None
        try:
            # The last check, immediately before the send: while the lease holds nobody else sends in this lane.
            if delivery_id in batch.left and elapsed() <= batch.deadline - self._pace.margin:
                started_at = self._clock()
                try:
                    outcome = message if isinstance(message, Outcome) else await self._channels[channel].send(message)
                except Exception:
                    # A fault of ours in a channel must not end the loop, nor lose the delivery: it is tried again.
                    log.exception("channel_failed", channel=channel, delivery=delivery_id)
                    outcome = Outcome("retry", error_class="content")
                self._results.append((batch.token, Result(claim, started_at, outcome)))
                if outcome.kind != "done":
                    _warn(claim, message, outcome)
        finally:
            if outcome is None:
                self._put_back(batch, delivery_id)
            batch.left.discard(delivery_id)
            done = outcome is not None and outcome.kind == "done"
            self._slots[channel] += 1
            self.hosts.end(claim.host, done)
            self.parties.end(claim.party, done)
            self.held -= 1
            self._ended()

    def _put_back(self, batch: Batch, delivery_id: str) -> None:
        if delivery_id in batch.left:  # else it is no longer this worker's
            self._unsent.append((batch.token, delivery_id))
            batch.left.discard(delivery_id)


def _warn(claim: Claim, message: Message | Outcome, outcome: Outcome) -> None:
    log.warning(
        "delivery_failed", delivery=claim.id, party=claim.party, channel=claim.channel, outcome=outcome.kind,
        error_class=outcome.error_class, answer=outcome.answer, request_id=getattr(message, "request_id", ""),
    )  # fmt: skip
