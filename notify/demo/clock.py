"""The clock of a history: it stands where the story has come to."""

from __future__ import annotations

from datetime import datetime


class StoryClock:
    """A `notify.clock.Clock` that is moved by whoever tells the story."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
