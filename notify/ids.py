"""Identifiers and random secrets."""

from __future__ import annotations

import os
import re
import secrets
import time

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A UUIDv7 (RFC 9562) as text: sorts by the millisecond of its making, and cannot be guessed."""
    digits = (time.time_ns() // 1_000_000).to_bytes(6, "big").hex() + os.urandom(10).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-7{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def is_id(value: str) -> bool:
    """Whether ``value`` has the form of an identifier."""
    return bool(_UUID.fullmatch(value))


def new_secret(bytes_: int = 32) -> str:
    """A random secret, URL-safe text of ``bytes_`` random bytes."""
    return secrets.token_urlsafe(bytes_)
