"""How often one may try, by account and by address, in one process and in several."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from notify.accounts import person, signin, throttle
from notify.accounts.throttle import Throttle
from notify.errors import TooMany
from notify.office import Office
from tests.support.accounts import (
    HERE,
    PASSWORD,
    refusal_of,
)
from tests.support.valkey import Valkey


@pytest.fixture(params=["memory", pytest.param("valkey", marks=pytest.mark.server)])
async def counts(request: pytest.FixtureRequest) -> AsyncIterator[Throttle]:
    """A throttle that counts in this process, and one that counts in Valkey."""
    made = Throttle(request.getfixturevalue("valkey").url if request.param == "valkey" else None)
    yield made
    await made.close()


async def test_an_account_has_ten_tries_in_five_minutes_from_an_address(counts: Throttle) -> None:
    for _ in range(10):
        await counts.try_sign_in("ana", HERE)

    with pytest.raises(TooMany) as refusal:
        await counts.try_sign_in("ana", HERE)
    assert refusal.value.retry_after is not None
    assert 0 < refusal.value.retry_after <= 300
    await counts.try_sign_in("luis", HERE)
    await counts.try_sign_in("ana", "198.51.100.1")


async def test_an_account_has_a_hundred_tries_from_anywhere(counts: Throttle) -> None:
    for n in range(100):
        await counts.try_sign_in("ana", f"192.0.2.{n}")

    with pytest.raises(TooMany):
        await counts.try_sign_in("ana", "198.51.100.1")
    await counts.try_sign_in("luis", "198.51.100.1")


async def test_who_guesses_from_one_address_keeps_nobody_else_out(counts: Throttle) -> None:
    for n in range(300):
        with contextlib.suppress(TooMany):
            await counts.try_sign_in("ana" if n % 2 else f"account {n}", "192.0.2.66")
    await counts.try_sign_in("ana", HERE)


async def test_who_has_asked_for_too_many_letters_uses_up_nobody_s(counts: Throttle) -> None:
    for n in range(20):
        await counts.ask_for_letter(f"account {n}", "192.0.2.66")
    for _ in range(3):
        with pytest.raises(TooMany):
            await counts.ask_for_letter("ana", "192.0.2.66")
    await counts.ask_for_letter("ana", HERE)


async def test_an_address_has_thirty_tries_whatever_the_account(counts: Throttle) -> None:
    for n in range(30):
        await counts.try_sign_in(f"account {n}", HERE)

    with pytest.raises(TooMany):
        await counts.try_sign_in("account 31", HERE)
    await counts.try_sign_in("account 31", "198.51.100.1")


async def test_signing_in_rightly_uses_no_try_up(counts: Throttle) -> None:
    for _ in range(40):
        await counts.try_sign_in("ana", HERE)
        await counts.signed_in("ana", HERE)
    for _ in range(10):
        await counts.try_sign_in("ana", HERE)
    with pytest.raises(TooMany):
        await counts.try_sign_in("ana", HERE)


@pytest.mark.slow
async def test_wrong_passwords_end_in_a_wait_even_for_the_right_one(office_sqlite: Office, ana: person.Person) -> None:
    counts = Throttle()
    for _ in range(9):
        await refusal_of(office_sqlite, "ana@per.example", "wrong", counts)
    await signin.authenticate(office_sqlite, counts, "ana@per.example", PASSWORD, HERE)
    await refusal_of(office_sqlite, "ana@per.example", "wrong", counts)

    with pytest.raises(TooMany):
        await signin.authenticate(office_sqlite, counts, "ana@per.example", PASSWORD, HERE)
    for _ in range(10):  # an account that does not exist is limited alike
        await refusal_of(office_sqlite, "nobody@per.example", "wrong", counts)
    with pytest.raises(TooMany):
        await signin.authenticate(office_sqlite, counts, "nobody@per.example", "wrong", HERE)


async def test_letters_for_a_lost_password_are_limited(counts: Throttle) -> None:
    for _ in range(3):
        await counts.ask_for_letter("ana", HERE)
    with pytest.raises(TooMany):
        await counts.ask_for_letter("ana", HERE)
    await counts.ask_for_letter("luis", HERE)


async def test_a_token_has_two_hundred_requests_a_second(counts: Throttle) -> None:
    answers = await asyncio.gather(*(counts.hit("token one") for _ in range(450)), return_exceptions=True)

    refused = [answer for answer in answers if answer is not None]
    assert refused
    assert len(answers) - len(refused) in (200, 400)  # the second may have ended in between
    assert all(isinstance(answer, TooMany) and answer.retry_after == 1 for answer in refused)
    await counts.hit("token two")


async def test_processes_share_their_counts_in_valkey(valkey: Valkey) -> None:
    one, two = Throttle(valkey.url), Throttle(valkey.url)
    for n in range(10):
        await (one, two)[n % 2].try_sign_in("ana", HERE)

    for counts in (one, two):
        with pytest.raises(TooMany):
            await counts.try_sign_in("ana", HERE)
        await counts.close()


@pytest.mark.parametrize("trouble", ["stop", "pause"])
async def test_without_valkey_a_process_counts_alone_and_nobody_waits(valkey: Valkey, trouble: str) -> None:
    counts = Throttle(valkey.url)
    await counts.try_sign_in("ana", HERE)
    getattr(valkey, trouble)()

    started = time.monotonic()
    for _ in range(10):
        await counts.try_sign_in("ana", HERE)
    with pytest.raises(TooMany):
        await counts.try_sign_in("ana", HERE)
    assert time.monotonic() - started < 1
    await counts.close()


async def test_valkey_is_asked_again_when_it_is_back(valkey: Valkey) -> None:
    counts = Throttle(valkey.url, alone_seconds=0.2)
    valkey.stop()
    await counts.try_sign_in("ana", HERE)
    valkey.start()
    await asyncio.sleep(0.2)
    await counts.try_sign_in("ana", HERE)

    assert b"csbm" in valkey.command("KEYS", "*")
    await counts.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("/run/notify.sock", "/run/notify.sock"),
    ],
)
def test_a_visitor_counts_by_the_network_that_is_hers(address: str, network: str) -> None:
    assert throttle.network_of(address) == network
