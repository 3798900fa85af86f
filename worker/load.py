"""What a worker has in hand, by host or by party: how many are sent side by side, and who gets how many of a claim.

A receiver that lets everybody wait keeps its own slots busy, and no more of the worker's hands than twice as many; one
that answers fast gets as many as it finishes in a second.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable

from notify.delivery.claims import Share


class Load:
    """Counts by one kind of name."""

    def __init__(self, side_by_side: int) -> None:
        self._side_by_side = side_by_side
        self._in_hand: Counter[str] = Counter()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._done: Counter[str] = Counter()  # in this second
        self._before: Counter[str] = Counter()  # in the second before
        self._second = 0

    def take(self, names: Iterable[str]) -> None:
        """Deliveries are in hand now."""
        self._in_hand.update(names)

    def slot(self, name: str) -> asyncio.Semaphore:
        """What is held while one is sent."""
        slots = self._slots.get(name)
        if slots is None:
            slots = self._slots[name] = asyncio.Semaphore(self._side_by_side)
        return slots

    def leave(self, name: str, done: bool) -> None:
        """One is no longer in hand; ``done``: it went through."""
        self._in_hand[name] -= 1
        if not self._in_hand[name]:
            del self._in_hand[name]
            self._slots.pop(name, None)
        if done:
            self._turn()
            self._done[name] += 1

    def share(self) -> Share:
        """How a claim is shared out now."""
        self._turn()
        each = 2 * self._side_by_side
        rate = self._done | self._before  # the higher of the two
        busy = [name for name, held in self._in_hand.items() if held >= max(each, rate[name])]
        return Share(each, fast=[name for name, done in rate.items() if done >= each], busy=busy)

    def _turn(self) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._before = self._done if second == self._second + 1 else Counter()
            self._done = Counter()
            self._second = second
