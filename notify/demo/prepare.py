"""Makes a demonstration's data once, and writes ``demo.json`` when it is ready: addresses, passwords and tokens."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from notify.accounts.tables import people as people_table
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
    """Make the data unless it is there. ``drain`` lets the worker's loop finish; ``say`` tells how far it is.

    Raises `SettingsError` for a database that holds something else.
    """
    settings = office.settings
    check(settings)
    found = load(settings)
    await _check_database(office, made=found is not None)
    if found is not None:
        if found["base_url"] != settings.base_url:
            found["base_url"] = settings.base_url
            _write(path_of(settings), found)
        return found
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _mark_of(settings).write_text(_where(settings))
    document = _document(settings, await _tell(office, drain, say))
    _write(path_of(settings), document)
    _mark_of(settings).unlink()
    return document


async def _tell(
    office: Office, drain: Callable[[Office], Awaitable[None]], say: Callable[[str], None]
) -> list[Account]:
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
    return await people.give_tokens(office, accounts)


def clear_unfinished(settings: Settings) -> None:
    """Remove what a start that was interrupted left half made, before the database is opened.

    Raises `SettingsError` where that is a database on a server, which is for its owner to empty.
    """
    if not _mark_of(settings).exists() or path_of(settings).exists():
        return
    if _mark_of(settings).read_text() != _where(settings):
        return  # another database than that of the interrupted start
    if not settings.uses_sqlite:
        raise SettingsError(
            "The database of NOTIFY_DATABASE_URL holds a demonstration that was not finished. "
            f"Empty it, remove {_mark_of(settings)}, and start again."
        )
    file = Path(make_url(settings.database).database or "")
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.data_dir / "mail", ignore_errors=True)
    _mark_of(settings).unlink()


def _where(settings: Settings) -> str:
    return make_url(settings.database).render_as_string(hide_password=True)


def _mark_of(settings: Settings) -> Path:
    """The file that is there while the data are being made; it names their database."""
    return settings.data_dir / "demo.unfinished"


async def _check_database(office: Office, *, made: bool) -> None:
    async with office.database.read() as connection:
        inhabited = bool(await connection.scalar(sa.select(sa.exists().select_from(people_table))))
    if made and not inhabited:
        raise SettingsError(
            f"{path_of(office.settings)} belongs to another database. Remove it, and the demonstration is made anew."
        )
    if inhabited and not made:
        raise SettingsError(
            "The database holds data that no demonstration made. Set NOTIFY_DATA_DIR to an empty folder, "
            "and NOTIFY_DATABASE_URL, if set, to an empty database."
        )


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
