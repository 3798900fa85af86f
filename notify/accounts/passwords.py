"""Passwords: argon2id with OWASP's first parameters (19 MiB, t=2, p=1), about 20 ms of one core each.

Hashing runs in a thread, and outside of write transactions: on SQLite every other writer would wait for it.
"""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from notify.errors import Fault, Invalid
from notify.language import text

SHORTEST = 12
LONGEST = 1000
"""Characters: argon2 takes more, but a body full of them is no password."""

_MIB = 1024  # argon2 counts memory in KiB
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * _MIB, parallelism=1)

_COMMON = frozenset({
    "000000000000", "111111111111", "123123123123", "123456789012", "1234567890123", "12345678901234",
    "123456789123", "123456789abc", "1q2w3e4r5t6y", "1qaz2wsx3edc", "abcdefghijkl", "abcdefgh1234", "adminadmin123",
    "administrador", "administrator", "administrateur", "administrador1", "administrator1", "asdfghjkl123",
    "azertyuiop123", "bienvenido123", "bienvenue1234", "changeme1234", "changemenow1", "contrasena12",
    "contrasena123", "contrasena1234", "contraseña12", "contraseña123", "contraseña1234", "iloveyou1234",
    "letmeinplease", "motdepasse12", "motdepasse123", "motdepasse1234", "passw0rd1234", "password1234",
    "password12345", "password123456", "passwordpassword", "qazwsxedcrfv", "qwerty123456", "qwertyqwerty",
    "qwertyuiop12", "qwertyuiop123", "qwertyuiopas", "senha1234567", "senhasenha123", "superadmin123",
    "temporal12345", "teamo1234567", "trustno1trustno1", "welcome12345", "welcome123456", "welcome2024!",
})  # fmt: skip
"""Common ones in the four languages that are long enough to pass otherwise."""


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_HASHER.hash, _bytes(password))


async def verify(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one that was hashed. Without a hash it takes as long, and the answer is no."""
    matches = await asyncio.to_thread(_matches, stored or _nobodys(), _bytes(password))
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's: it is replaced at the next sign-in."""
    return _HASHER.check_needs_rehash(stored)


def check(password: str, email: str, pointer: str = "/password") -> None:
    """Raise `Invalid`, with every fault, for a password that is too short, too common, or holds the mail name."""
    plain = _normal(password)
    faults = []
    if len(plain) < SHORTEST:
        faults.append(Fault(pointer, text("Use %(n)s characters or more.", n=SHORTEST)))
    if len(plain) > LONGEST:
        faults.append(Fault(pointer, text("Use %(n)s characters or fewer.", n=LONGEST)))
    folded = plain.casefold()
    if folded in _COMMON or len(set(folded)) < 5:
        faults.append(Fault(pointer, text("This password is among the first that are guessed. Choose another.")))
    mail_name = email.partition("@")[0].casefold()
    if len(mail_name) >= 3 and mail_name in folded:
        faults.append(Fault(pointer, text("Leave the name in your mail address out of it.")))
    if faults:
        raise Invalid(faults)


def _normal(password: str) -> str:
    """NFC (RFC 8265, OpaqueString): the same letters from another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)


def _bytes(password: str) -> bytes:
    """A lone surrogate, which JSON can carry, is kept rather than refused: it is only hashed."""
    return _normal(password).encode("utf-8", "surrogatepass")


def _matches(stored: str, password: bytes) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
