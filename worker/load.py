"""What a worker has in hand, by host or by party: how many are sent side by side, and who gets how many of a claim.

A receiver that lets everybody wait keeps its own slots busy, and no more of the worker's hands than twice as many; one
that answers fast gets as many as it finishes in a second.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

from notify.delivery.claims import Share

SPAN = 0.1
"""Seconds of work over which it is counted how many a receiver finishes; while nothing is in hand they stand still."""


class Load:
    """Counts by one kind of name."""

    def __init__(self, side_by_side: int) -> None:
        self._side_by_side = side_by_side
        self._in_hand: defaultdict[str, int] = defaultdict(int)
        self._sending: defaultdict[str, int] = defaultdict(int)
        self._held = 0
        self._began = 0.0  # when there was something in hand again, or the last span was over
        self._worked = 0.0  # seconds of this span before then
        self._done: defaultdict[str, int] = defaultdict(int)  # in this span
        self._rate: dict[str, float] = {}  # a second, in the last one

    def take(self, names: Iterable[str]) -> None:
        """Deliveries are in hand now."""
        if not self._held:
            self._began = time.monotonic()
        for name in names:
            self._in_hand[name] += 1
            self._held += 1

    def has_slot(self, name: str) -> bool:
        """Whether one more may be sent now."""
        return self._sending[name] < self._side_by_side

    def start(self, name: str) -> None:
        """One of those in hand is being sent."""
        self._sending[name] += 1

    def end(self, name: str, done: bool) -> None:
        """One that was being sent is no longer in hand; ``done``: it went through."""
        self._sending[name] -= 1
        self._in_hand[name] -= 1
        if done:
            self._done[name] += 1
        self._held -= 1
        if not self._held:
            self._worked += time.monotonic() - self._began

    def share(self) -> Share:
        """How a claim is shared out now."""
        now = time.monotonic()
        worked = self._worked + (now - self._began if self._held else 0.0)
        took = max(worked, SPAN)
        rate = {name: max(self._done.get(name, 0) / took, self._rate.get(name, 0)) for name in self._done | self._rate}
        if worked >= SPAN:
            self._rate = {name: done / took for name, done in self._done.items()}
            self._began, self._worked, self._done = now, 0.0, defaultdict(int)
            self._in_hand = _without_zeros(self._in_hand)
            self._sending = _without_zeros(self._sending)
        each = 2 * self._side_by_side
        busy = [name for name, held in self._in_hand.items() if held >= max(each, rate.get(name, 0))]
        return Share(each, fast=[name for name, done in rate.items() if done >= each], busy=busy)


def _without_zeros(counts: Mapping[str, int]) -> defaultdict[str, int]:
    return defaultdict(int, {name: count for name, count in counts.items() if count})
