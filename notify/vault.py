"""Secrets at rest: sealed (AES-256-GCM) where they must be read again, hashed where they need only be recognised.

Everything derives from one key (`Settings.key`) by HKDF-SHA256 with a purpose, so that no two uses share a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class VaultError(Exception):
    """A sealed text cannot be opened: it was changed, or the secret key is another than when it was sealed."""


class Vault:
    """Seals, opens and hashes with the keys of one node."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()
        self._seal = AESGCM(self._derive("seal"))
        self._mac = self._derive("links")
        self._salt = self._derive("pseudonyms")

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"csbm-notify/" + purpose.encode()).derive(self._secret)

    def seal(self, plain: str, context: str) -> str:
        """Encrypt; ``context`` (table.column) must be the same when it is opened."""
        nonce = os.urandom(12)
        return base64.urlsafe_b64encode(nonce + self._seal.encrypt(nonce, plain.encode(), context.encode())).decode()

    def open(self, sealed: str, context: str) -> str:
        """Decrypt what `seal` made. Raises `VaultError`."""
        data = base64.urlsafe_b64decode(sealed)
        try:
            return self._seal.decrypt(data[:12], data[12:], context.encode()).decode()
        except InvalidTag:
            raise VaultError(
                "A stored secret cannot be opened: is NOTIFY_SECRET_KEY the one it was stored with?"
            ) from None

    def link_token(self, purpose: str, row: str, generation: int) -> str:
        """The token of a link that acts: the same bytes at each rendering, until its generation is raised."""
        message = "\0".join((purpose, row, str(generation))).encode()
        return base64.urlsafe_b64encode(hmac.digest(self._mac, message, "sha256")[:24]).decode()

    def link_matches(self, token: str, purpose: str, row: str, generation: int) -> bool:
        """Whether a token is the link's, compared in constant time."""
        return hmac.compare_digest(token.encode(), self.link_token(purpose, row, generation).encode())

    def pseudonym(self, value: str) -> str:
        """A salted hash (16 hexadecimal digits) of personal data, for a log that must hold none."""
        return hmac.new(self._salt, value.encode(), hashlib.sha256).hexdigest()[:16]


def token_hash(token: str) -> str:
    """SHA-256 of a random token, in hexadecimal: what is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()
