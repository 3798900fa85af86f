"""Brings a database to the schema of this version, and tells whether it is there.

The versions are read from this folder, so that it works from an installed wheel. One upgrade is one transaction, on
SQLite too: it is done as a whole or not at all, and a second process that upgrades waits for the first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from notify.clock import Clock, system_clock
from notify.database import BUSY_SECONDS, Database
from notify.migrations import guards
from notify.parties.seed import seed

FOLDER = Path(__file__).parent
_LOCK = 4_518_200  # of PostgreSQL's advisory locks: one upgrade at a time


class SchemaError(Exception):
    """The database's schema is not that of this version; the message says what to do."""


async def upgrade(database: Database, clock: Clock = system_clock) -> None:
    """Bring the schema to this version, make the guards anew, and fill parties and adjacency when there are none.

    Makes SQLite's folder and file. Raises `SchemaError` for a database of a later version; it is left as it is. One
    process upgrades one database at a time: alembic's context is global.
    """
    if database.is_sqlite:
        _file(database).parent.mkdir(parents=True, exist_ok=True)
    async with migrating(database) as connection:
        await connection.run_sync(_refuse_later_schema)
        await connection.run_sync(_run_versions)
    async with database.write() as connection:
        await _lock(connection)
        await seed(connection, clock())


@asynccontextmanager
async def migrating(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction that may change the schema: guards are removed before and made again after.

    SQLite's foreign keys are off meanwhile, since making a table anew would empty those that refer to it; they are
    checked before the commit. Raises `SchemaError` for a row that refers to nothing.
    """
    engine = create_async_engine(database.url, poolclass=NullPool)
    if database.is_sqlite:
        _prepare_sqlite(engine.sync_engine)
    try:
        async with engine.begin() as connection:
            await _lock(connection)
            await guards.remove(connection)
            yield connection
            await guards.make(connection)
            if database.is_sqlite:
                await connection.run_sync(_refuse_orphans)
    finally:
        await engine.dispose()


async def head() -> str:
    """The schema of this version."""
    return _head()


async def is_current(database: Database) -> bool:
    """Whether the database's schema is that of this version. Makes nothing."""
    return await _schema_of(database) == _head()


async def require_current(database: Database) -> None:
    """Raise `SchemaError`, with what to do, unless the schema is that of this version."""
    found = await _schema_of(database)
    if found == _head():
        return
    if found is not None and found not in _known():
        raise SchemaError(_later(found))
    state = "has no tables yet" if found is None else f"has schema {found}, and this version needs {_head()}"
    raise SchemaError(f"The database {state}. Run `csbm-notify migrate` first.")


async def _schema_of(database: Database) -> str | None:
    if database.is_sqlite and not _file(database).exists():  # to connect would make it
        return None
    async with database.read() as connection:
        return await connection.run_sync(_schema)


def _file(database: Database) -> Path:
    return Path(database.url.database or "")


def _schema(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_later_schema(connection: sa.Connection) -> None:
    found = _schema(connection)
    if found is not None and found not in _known():
        raise SchemaError(_later(found))


def _refuse_orphans(connection: sa.Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").mappings().first()
    if orphan is not None:
        raise SchemaError(f"The upgrade was undone: a row of {orphan['table']} would refer to no {orphan['parent']}.")


def _run_versions(connection: sa.Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _later(found: str) -> str:
    return (
        f"The database has schema {found}, which this version does not know: a later version made it. "
        "Start that version, or restore a backup of this one."
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


@cache
def _known() -> tuple[str, ...]:
    """Every schema of the versions, the latest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _head() -> str:
    return _known()[0]


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _prepare_sqlite(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
