"""A whole number that somebody sent as text: digits alone, and no more of them than make sense."""

from __future__ import annotations


def whole(value: str, digits: int = 9) -> int | None:
    """The number, 0 or more; None for anything but 1 to ``digits`` of the digits 0 to 9."""
    return int(value) if len(value) <= digits and value.isascii() and value.isdecimal() else None
