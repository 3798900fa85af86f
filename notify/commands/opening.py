"""What a command opens: settings, the folder of data, the database, and the office on them."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from notify.commands.failing import CommandError, reason_of

if TYPE_CHECKING:
    from notify.database import Database
    from notify.office import Office
    from notify.settings import Settings

T = TypeVar("T")

REACH_SECONDS = 10


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def read_settings(*, quiet: bool = True) -> Settings:
    """The settings of the environment, and logging by them; ``quiet``: a command that answers logs only what is wrong.

    Raises `SettingsError`.
    """
    from notify import logs
    from notify import settings as all_settings

    settings = all_settings.load()
    heard = settings.model_copy(update={"log_level": "warning"}) if quiet and settings.log_level == "info" else settings
    logs.configure(heard)
    return settings


def check_data_dir(settings: Settings) -> None:
    """Make the folder of data where it is missing. Raises `CommandError` when nothing can be written there."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(prefix=".write-test-", dir=settings.data_dir)
        os.close(descriptor)
        os.unlink(path)
    except OSError as error:
        raise CommandError(
            f"NOTIFY_DATA_DIR: nothing can be written to {settings.data_dir.absolute()} ({reason_of(error)}). "
            "Give the folder to this user, or name another."
        ) from None


async def reach(database: Database) -> None:
    """Raise `CommandError` when the database does not answer. Makes nothing."""
    from asyncpg import InterfaceError, PostgresError
    from sqlalchemy.exc import SQLAlchemyError

    if database.is_sqlite and not _file_exists(database):
        return  # whether its tables are there is asked next
    try:
        async with asyncio.timeout(REACH_SECONDS), database.read() as connection:
            await connection.exec_driver_sql("SELECT 1")
    except (SQLAlchemyError, PostgresError, InterfaceError, OSError, TimeoutError) as error:
        where = database.url.database if database.is_sqlite else database.url.render_as_string(hide_password=True)
        raise CommandError(
            f"The database cannot be reached ({reason_of(error)}): {where}. "
            "Check NOTIFY_DATABASE_URL, and that its server runs."
        ) from None


def _file_exists(database: Database) -> bool:
    return os.path.exists(database.url.database or "")


@asynccontextmanager
async def open_office(settings: Settings) -> AsyncIterator[Office]:
    """An office on the settings' database.

    Raises `CommandError`, SchemaError for another schema, and VaultError when the secret key is another than it was.
    """
    from notify.database import Database
    from notify.migrations import require_current
    from notify.observers.decisions import follow_revision
    from notify.office import Office
    from notify.vault import Vault

    check_data_dir(settings)
    vault = Vault(settings.key())
    database = Database(settings.database)
    try:
        await reach(database)
        await require_current(database)
        office = Office(settings, database, vault, followers=(follow_revision,))
        await _check_key(office)
        yield office
    finally:
        await database.close()


async def _check_key(office: Office) -> None:
    from notify.notices import signatures

    async with office.database.read() as connection:
        try:
            await signatures.current_key(connection, office.vault, office.clock())
        except signatures.NoSigningKey:
            return  # the first start makes it
