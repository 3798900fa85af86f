"""How the loop runs: times and numbers that tests shorten, and the clock that leases are counted by here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from notify.settings import Settings, SettingsError


@dataclass(frozen=True)
class Pace:
    """Times are in seconds."""

    look: float = 1.0  # between looks at the database without a wake
    lease: float = 60.0
    margin: float = 20.0  # a send starts only with more than this left of its lease
    answer: float = 15.0  # for an answer to a webhook, and to begin to hand over a mail; less than the margin
    batch: int = 3_000  # deliveries a claim
    capacity: int = 6_000  # deliveries in hand
    per_host: int = 20  # sends side by side to one host
    per_party: int = 50  # sends side by side to one party
    side_by_side: int = 200  # sends side by side over one channel
    record: float = 0.05  # for which results are collected before they are recorded
    heartbeat: float = 5.0


def pace_of(
    settings: Settings, *, lease: float | None = None, look: float | None = None, margin: float | None = None
) -> Pace:
    """The pace by the settings, with times of the command line; raises `SettingsError` for a margin past the lease.

    An answer is waited for no longer than three quarters of the margin.
    """
    usual = Pace(per_host=settings.webhook_per_host)
    lease, margin = lease or usual.lease, margin or min(usual.margin, (lease or usual.lease) / 3)
    if margin >= lease:
        raise SettingsError("--margin must be less than --lease: a send starts only with so much of its lease left.")
    return replace(usual, lease=lease, look=look or usual.look, margin=margin, answer=min(usual.answer, margin * 0.75))


def elapsed() -> float:
    """Seconds by a clock that goes on while the process, or the machine, is stopped (Linux; else the monotonic one)."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
