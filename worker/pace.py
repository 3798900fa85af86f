"""How the loop runs: times and numbers that tests shorten, and the clock that leases are counted by here."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Times are in seconds."""

    look: float = 1.0  # between looks at the database without a wake
    lease: float = 60.0
    margin: float = 20.0  # a send starts only with more than this left of its lease
    answer: float = 15.0  # for an answer to a webhook, and to begin to hand over a mail; less than the margin
    batch: int = 500  # deliveries a claim
    capacity: int = 2_000  # deliveries in hand
    per_host: int = 20  # sends side by side to one host
    per_party: int = 50  # sends side by side to one party
    side_by_side: int = 200  # sends side by side over one channel
    record: float = 0.02  # for which results are collected before they are recorded
    heartbeat: float = 5.0


def elapsed() -> float:
    """Seconds by a clock that goes on while the process, or the machine, is stopped (Linux; else the monotonic one)."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
