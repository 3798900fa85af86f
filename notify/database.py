"""The one way to the database: `Database.read` and `Database.write`, and `Database.glance` for one short query.

SQLite: an autocommit driver with explicit BEGIN (read, query_only) and BEGIN IMMEDIATE (write) on one writer
connection a process behind a lock; WAL, synchronous=FULL, foreign keys. With the driver's own BEGIN a
read-then-write loses updates without an error. PostgreSQL: READ COMMITTED; every verb on a notice locks its row first.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from notify import sqlite_statements

BUSY_SECONDS = 30

_SERVERS_OWN = ("08", "40", "53", "55P03", "57")
"""SQLSTATEs by their beginnings: connection lost, deadlock, out of resources, locked, shut down."""


def is_away(error: BaseException) -> bool:
    """Whether it failed for the database's sake and may work later: it is away or busy, or ended a deadlock."""
    if isinstance(error, (OSError, OperationalError, InterfaceError, sqlite3.OperationalError)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or str(getattr(error.orig, "sqlstate", None)).startswith(_SERVERS_OWN)


class Database:
    """Engines of one process, made once by whoever starts it and closed by `close`."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_lock = asyncio.Lock()
        self._quick: sqlite3.Connection | None = None
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", query_only=False, pool_size=1)
            self._reader = _sqlite_engine(url, "BEGIN", query_only=True, pool_size=pool_size)
        else:
            self._writer = _postgresql_engine(url, "READ COMMITTED", pool_size // 2)
            self._reader = _postgresql_engine(url, "AUTOCOMMIT", pool_size, read_only=True)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._writer.dialect.name

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Queries that cannot write.

        On SQLite they see one state of the data; on PostgreSQL each sees its own, as it would in a transaction with
        READ COMMITTED, which costs two round trips more.
        """
        async with self._reader.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed, durably, when the block ends, and rolled back when it raises.

        No network inside: on SQLite every other writer of the process waits for it.
        """
        if self.is_sqlite:
            async with self._write_lock, self._writer.connect() as connection, connection.begin():
                yield connection
        else:
            async with self._writer.connect() as connection, connection.begin():
                yield connection

    async def position(self, scope: str) -> int:
        """The last position of a scope's log at which a notice changed; 0 for a scope without notices."""
        row = await self.glance("SELECT notice_position FROM log_counters WHERE scope = :scope", scope=scope)
        return int(row[0]) if row else 0

    async def glance(self, query: str, **parameters: str | int) -> tuple[Any, ...] | None:
        """The first row of one short query, for a 304 and for a look.

        On SQLite it runs on this thread, since the hop to the driver's thread costs six times the query.
        """
        if self.is_sqlite:
            if self._quick is None:
                self._quick = sqlite3.connect(
                    f"file:{quote(self.url.database or '')}?mode=ro", uri=True, isolation_level=None
                )
            found: tuple[Any, ...] | None = self._quick.execute(query, parameters).fetchone()
            return found
        async with self._reader.connect() as connection:
            row = (await connection.execute(sa.text(query), parameters)).first()
            return None if row is None else tuple(row)

    async def close(self) -> None:
        """Close every connection."""
        if self._quick is not None:
            self._quick.close()
            self._quick = None
        await self._writer.dispose()
        await self._reader.dispose()


def _postgresql_engine(url: str, isolation: IsolationLevel, pool_size: int, *, read_only: bool = False) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size // 2,
        isolation_level=isolation,
        connect_args={"server_settings": {"default_transaction_read_only": "on" if read_only else "off"}},
    )

    @sa.event.listens_for(engine.sync_engine, "checkout")
    def checked_out(connection: Any, record: Any, proxy: Any) -> None:
        # A connection that its server has closed is replaced. To ask the server each time would cost three round trips.
        if connection.driver_connection.is_closed():
            raise sa.exc.DisconnectionError("the server has closed the connection")

    return engine


def _sqlite_engine(url: str, begin: str, *, query_only: bool, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS, "async_creator_fn": sqlite_statements.connect},
    )

    @sa.event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")  # else INSERT OR REPLACE gets past a guard against DELETE
        if query_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def began(connection: sa.Connection) -> None:
        if query_only:
            driver = connection.connection.driver_connection
            assert isinstance(driver, sqlite_statements.Connection)
            driver.first = begin
        else:
            connection.exec_driver_sql(begin)

    return engine
