"""Identifiers and random secrets."""

from __future__ import annotations

import re
import secrets
import time
import uuid

_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")


def new_id() -> str:
    """A UUIDv7 (RFC 9562) as text: sorts by the millisecond of its making, and cannot be guessed."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def is_id(value: str) -> bool:
    """Whether ``value`` has the form of an identifier."""
    return bool(_UUID.match(value))


def new_secret(bytes_: int = 32) -> str:
    """A random secret, URL-safe text of ``bytes_`` random bytes."""
    return secrets.token_urlsafe(bytes_)
