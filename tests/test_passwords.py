"""Passwords: how they are kept, and which are refused."""

from __future__ import annotations

import time

import pytest

from notify.accounts import passwords
from notify.errors import Invalid
from tests.support.accounts import (
    PASSWORD,
    pointers,
)


async def test_a_password_is_hashed_by_argon2id_with_19_mib() -> None:
    hashed = await passwords.hash_password(PASSWORD)

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(hashed, PASSWORD)
    assert not await passwords.verify(hashed, PASSWORD + "x")
    assert hashed != await passwords.hash_password(PASSWORD)


async def test_an_accent_typed_in_two_ways_is_the_same_password() -> None:
    assert await passwords.verify(await passwords.hash_password("contraseña propia"), "contrasen\u0303a propia")


async def test_nobody_s_password_is_never_right() -> None:
    assert not await passwords.verify(None, "nobody has this password")


async def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    hashed = await passwords.hash_password(PASSWORD)

    async def fastest(stored: str | None) -> float:
        times = []
        for _ in range(3):
            started = time.perf_counter()
            await passwords.verify(stored, "wrong")
            times.append(time.perf_counter() - started)
        return min(times)

    await fastest(None)
    assert await fastest(None) > 0.5 * await fastest(hashed)


@pytest.mark.parametrize(
    "password",
    [
        "short", "elevenchars", "password1234", "CONTRASEÑA123", "aaaaaaaaaaaaaaaa", "121212121212", "my officer 1999",
        "abcdefgh" * 126,
    ],
)  # fmt: skip
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        passwords.check(password, "officer@per.example")
    assert pointers(refusal) == {"/password"}


@pytest.mark.parametrize("password", ["twelve chars", "correct horse battery", "ñandú ñandú ñ", "abcdefgh" * 125])
def test_a_long_password_of_any_letters_will_do(password: str) -> None:
    passwords.check(password, "officer@per.example")
    passwords.check(password, "tw@per.example")  # too short a mail name to look for
