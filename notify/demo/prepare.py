"""Makes a demonstration's data once, and writes ``demo.json`` when it is ready: addresses, passwords and tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from notify.actor import COMMAND
from notify.clock import system_clock
from notify.demo import people
from notify.demo.clock import StoryClock
from notify.demo.people import Account
from notify.demo.telling import Teller
from notify.notices import signatures
from notify.office import Office
from notify.settings import Settings, SettingsError

BEGINS = timedelta(days=200)
"""How long before today the story begins: a little before its first notice."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check(settings: Settings) -> None:
    """Raise `SettingsError` unless the service is reached on this machine alone: its passwords are on its pages."""
    if urlsplit(settings.base_url).hostname not in LOOPBACK:
        raise SettingsError(
            "NOTIFY_BASE_URL of a demonstration must be on this machine, such as http://127.0.0.1:8000: "
            "its sign-in page lets everybody in."
        )


def path_of(settings: Settings) -> Path:
    """Where ``demo.json`` is."""
    return settings.data_dir / "demo.json"


def load(settings: Settings) -> dict[str, Any] | None:
    """What ``demo.json`` says; None before the demonstration is ready."""
    try:
        found: dict[str, Any] = json.loads(path_of(settings).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return found


async def prepare(
    office: Office, drain: Callable[[Office], Awaitable[None]], say: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Make the data unless it is there. ``drain`` lets the worker's loop finish; ``say`` tells how far it is."""
    settings = office.settings
    check(settings)
    found = load(settings)
    if found is not None:
        return found
    now = system_clock()
    clock = StoryClock(now - BEGINS)
    past = replace(office, clock=clock)
    async with past.act(COMMAND) as act:
        await signatures.ensure_key(act)
    say("Making 110 accounts …")
    accounts = await people.enrol(past)
    await people.subscribe(past, accounts)
    await drain(past)
    scenes = Teller(past, clock, accounts, now).scenes()
    say(f"Telling {len(scenes)} events of the last months …")
    told_on = None
    for at, scene in scenes:
        if told_on is not None and at.date() != told_on:
            await drain(past)
        clock.now, told_on = at, at.date()
        await scene()
    await drain(past)
    accounts = await people.give_tokens(office, accounts)
    document = _document(settings, accounts)
    _write(path_of(settings), document)
    return document


def _document(settings: Settings, accounts: list[Account]) -> dict[str, Any]:
    tokens: dict[str, Any] = {}
    for account in accounts:
        if account.party is None:
            tokens["admin" if account.role == "administrator" else account.role] = account.token
        else:
            tokens.setdefault(account.party, {})[account.role] = account.token
    return {
        "base_url": settings.base_url,
        "accounts": [
            {"email": a.email, "password": a.password, "party": a.party, "role": a.role, "name": a.name}
            for a in accounts
        ],
        "tokens": tokens,
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    """Written beside and renamed: whoever waits for the file finds it whole."""
    beside = path.with_suffix(".part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
