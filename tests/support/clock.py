"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
"""A Monday, two months before the examples' exercise begins."""


class Clock:
    """A `notify.clock.Clock`: call it for the moment."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def __call__(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Go to a moment, which is aware; also back."""
        if now.tzinfo is None:
            raise ValueError("a moment without its zone")
        self._now = now.astimezone(UTC)

    def advance(self, **by: float) -> datetime:
        """Go on by ``days=``, ``hours=``, ``minutes=``, ``seconds=`` as of `timedelta`, and answer the new moment."""
        self._now += timedelta(**by)
        return self._now
