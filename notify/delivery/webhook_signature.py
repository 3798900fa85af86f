"""Signatures of webhooks by the Standard Webhooks specification 1.0: HMAC-SHA256, ``v1,…``, one for each secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

PREFIX = "whsec_"


def new_secret() -> str:
    """A secret of 32 random bytes, as it is shown once to whoever subscribes."""
    return PREFIX + base64.b64encode(os.urandom(32)).decode()


def signatures(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: while a secret is being rotated, the old and the new one both sign."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = []
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix(PREFIX))
        made.append("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode())
    return " ".join(made)
