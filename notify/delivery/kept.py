"""What was made last is kept for the next: so many things, and so much of them, whatever the size of a notice."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST = 200
MOST_SIZE = 20_000_000


class Kept(Generic[K, V]):
    """By key, the latest ``most``, of a sum of ``size`` up to ``most_size``; the very last one always."""

    def __init__(self, size: Callable[[V], int], most: int = MOST, most_size: int = MOST_SIZE) -> None:
        self._size = size
        self._most = most
        self._most_size = most_size
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._sum = 0

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """What is kept by a key."""
        return self._kept.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep it, and give it back; what was kept longest makes room."""
        if (before := self._kept.pop(key, None)) is not None:
            self._sum -= self._size(before)
        self._kept[key] = value
        self._sum += self._size(value)
        while len(self._kept) > 1 and (len(self._kept) > self._most or self._sum > self._most_size):
            _, oldest = self._kept.popitem(last=False)
            self._sum -= self._size(oldest)
        return value
