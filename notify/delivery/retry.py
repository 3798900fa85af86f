"""When to try again: pure, so that it is tested without a clock or a network.

CONTRACT "Webhooks": after about 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, with jitter, Retry-After honoured; then dead.
"""

from __future__ import annotations

from datetime import timedelta

DELAYS = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 36_000.0)
"""Seconds from the end of attempt n to attempt n + 1."""

JITTER = 0.2
"""The share of a delay by which it varies, so that receivers that came back are not hit all at once."""

LONGEST_RETRY_AFTER = 86_400.0
"""Seconds: a receiver cannot put a notice off by more than a day."""


def delay(attempts: int, chance: float, retry_after: float | None = None) -> timedelta | None:
    """How long to wait after ``attempts`` attempts (from 1); None: no more attempts.

    ``chance`` is a random number in [0, 1). ``retry_after`` in seconds lengthens the delay, never shortens it.
    """
    if attempts > len(DELAYS):
        return None
    seconds = DELAYS[attempts - 1] * (1 + JITTER * (2 * chance - 1))
    if retry_after is not None:
        seconds = max(seconds, min(retry_after, LONGEST_RETRY_AFTER))
    return timedelta(seconds=seconds)
