"""The clock is a parameter: whoever needs the time is given one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the moment, aware, in UTC."""


def system_clock() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)
