"""libical: the tests load it through ctypes, since it alone checks iTIP (RFC 5546)."""

from __future__ import annotations

import ctypes
import ctypes.util

NAMES = ("libical.so.3", "libical.3.dylib", "/opt/homebrew/lib/libical.3.dylib", "/usr/local/lib/libical.3.dylib")


def load() -> ctypes.CDLL | None:
    """The library, or None where it is not installed."""
    for name in NAMES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def is_there() -> bool:
    """Whether it is installed."""
    return load() is not None
