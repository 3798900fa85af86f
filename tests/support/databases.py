"""Databases for the tests: made once by the migrations, then copied for each test."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from notify import migrations
from notify.database import Database
from tests.support.postgres import Postgres


def sqlite_url(path: Path) -> str:
    """The address of a SQLite file, as NOTIFY_DATABASE_URL takes it."""
    return f"sqlite+aiosqlite:///{path}"


def sqlite_template(path: Path) -> Path:
    """Make a migrated and seeded SQLite file, all of it in the one file, and answer its path."""
    asyncio.run(_migrate(sqlite_url(path)))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def postgres_template(server: Postgres) -> str:
    """Make a migrated and seeded database that can be copied, and answer its name."""
    name = server.create()
    asyncio.run(_migrate(server.url(name)))
    server.keep_as_template(name)
    return name


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await migrations.upgrade(database)
    finally:
        await database.close()
