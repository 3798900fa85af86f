"""Signatures of webhooks by the Standard Webhooks specification 1.0: HMAC-SHA256, ``v1,…``, one for each secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache

PREFIX = "whsec_"

SECRETS_KEPT = 4_096
"""Secrets of webhooks that are kept open in memory."""


def new_secret() -> str:
    """A secret of 32 random bytes, as it is shown once to whoever subscribes."""
    return PREFIX + base64.b64encode(os.urandom(32)).decode()


def signatures(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: while a secret is being rotated, the old and the new one both sign."""
    head = f"{message_id}.{timestamp}.".encode()
    made = []
    for secret in secrets:
        signing = _keyed(secret).copy()
        signing.update(head)
        signing.update(body)
        made.append("v1," + b2a_base64(signing.digest(), newline=False).decode())
    return " ".join(made)


@lru_cache(maxsize=SECRETS_KEPT)
def _keyed(secret: str) -> hmac.HMAC:
    """A signature begun: a copy of it costs half of what beginning anew does, and a secret signs again and again."""
    return hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), digestmod=hashlib.sha256)
