"""What a worker has in hand, by host or by party: how many are sent side by side, and who gets how many of a claim.

A receiver that lets everybody wait keeps its own slots busy, and no more of the worker's hands than twice as many; one
that answers fast gets as many as it finishes in a second.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable

from notify.delivery.claims import Share


class Load:
    """Counts by one kind of name."""

    def __init__(self, side_by_side: int) -> None:
        self._side_by_side = side_by_side
        self._in_hand: defaultdict[str, int] = defaultdict(int)
        self._sending: defaultdict[str, int] = defaultdict(int)
        self._done: defaultdict[str, int] = defaultdict(int)  # in this second
        self._before: defaultdict[str, int] = defaultdict(int)  # in the second before
        self._second = 0

    def take(self, names: Iterable[str]) -> None:
        """Deliveries are in hand now."""
        for name in names:
            self._in_hand[name] += 1

    def has_slot(self, name: str) -> bool:
        """Whether one more may be sent now."""
        return self._sending.get(name, 0) < self._side_by_side

    def start(self, name: str) -> None:
        """One of those in hand is being sent."""
        self._sending[name] += 1

    def end(self, name: str, done: bool) -> None:
        """One that was being sent is no longer in hand; ``done``: it went through."""
        self._sending[name] -= 1
        self._in_hand[name] -= 1
        if not self._in_hand[name]:
            del self._in_hand[name], self._sending[name]
        if done:
            self._turn()
            self._done[name] += 1

    def share(self) -> Share:
        """How a claim is shared out now."""
        self._turn()
        each = 2 * self._side_by_side
        rate = Counter(self._done) | Counter(self._before)  # the higher of the two
        busy = [name for name, held in self._in_hand.items() if held >= max(each, rate[name])]
        return Share(each, fast=[name for name, done in rate.items() if done >= each], busy=busy)

    def _turn(self) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._before = self._done if second == self._second + 1 else defaultdict(int)
            self._done = defaultdict(int)
            self._second = second
