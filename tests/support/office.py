"""The services of a process as tests make them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from notify.clock import Clock
from notify.database import Database
from notify.office import Office
from notify.settings import Settings
from notify.vault import Vault


def settings_of(folder: Path, database_url: str) -> Settings:
    """Settings of the tests' offices and processes: mail goes to files in ``folder``, webhooks may go to 127.0.0.1."""
    return Settings(
        data_dir=folder / "var",
        database_url=database_url,
        secret_key="a secret of the tests and of nobody else",
        webhook_allow_private=True,
        mail_from="notices@csbm.example",
    )


@asynccontextmanager
async def open_office(settings: Settings, clock: Clock) -> AsyncIterator[Office]:
    """An office on the database of ``settings``, made inside the running loop and closed at the end."""
    office = Office(settings, Database(settings.database), Vault(settings.key()), clock)
    try:
        yield office
    finally:
        await office.close()
