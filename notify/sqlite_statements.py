"""SQLite's statements, each with one hop to the driver's thread and back, and no hop where nothing is to be done.

The driver takes four a statement: for a cursor, to execute, to fetch, to close. Each waits until the event loop comes
round, which takes ten milliseconds while a hundred sends are under way. Nothing here reads rows one by one, so that a
statement's rows can come with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiosqlite


class Connection(aiosqlite.Connection):
    """A connection whose cursors have run their statement, and have its rows, once `Cursor.execute` has answered."""

    first: str | None = None
    """What is to be run right before the next statement: a BEGIN of its own would cost a hop."""

    _ended = True  # nothing was asked since the last COMMIT or ROLLBACK

    def cursor(self) -> Cursor:  # type: ignore[override]
        """Make a cursor; it has nothing of SQLite's before it executes."""
        return Cursor(self)

    async def run(self, work: Callable[[sqlite3.Cursor], Any]) -> Any:
        """What ``work`` makes of a cursor, on the driver's thread."""
        first, self.first = self.first, None
        self._ended = False

        def hop() -> Any:
            cursor = self._conn.cursor()
            try:
                if first is not None:
                    cursor.execute(first)
                return work(cursor)
            finally:
                cursor.close()

        return await self._execute(hop)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        """Commit the current transaction, if there is one."""
        await self._end(super().commit)

    async def rollback(self) -> None:
        """Roll back the current transaction, if there is one."""
        await self._end(super().rollback)

    async def _end(self, end: Callable[[], Awaitable[None]]) -> None:
        self.first = None
        if not self._ended:
            # Who is cancelled here, or before, has it still to be ended: the pool asks for that.
            await end()
            self._ended = True


class Cursor:
    """What SQLAlchemy's adapter asks of a cursor (`AsyncIODBAPICursor`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Cursor:
        """Run one statement and fetch its rows."""

        def work(cursor: sqlite3.Cursor) -> tuple[Any, ...]:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall() if cursor.description else []
            return rows, cursor.description, cursor.rowcount, cursor.lastrowid

        self._rows, self.description, self.rowcount, self.lastrowid = await self._connection.run(work)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> Cursor:
        """Run one statement with each of the parameters."""

        def work(cursor: sqlite3.Cursor) -> tuple[Any, ...]:
            cursor.executemany(statement, parameters)
            return cursor.rowcount, cursor.lastrowid

        self.rowcount, self.lastrowid = await self._connection.run(work)
        return self

    async def fetchall(self) -> list[Any]:
        """The rows, handed over once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Forget the rows: what was SQLite's is closed already."""
        self._rows = []


async def connect(path: str, **arguments: Any) -> Connection:
    """Open a database; ``arguments`` are `sqlite3.connect`'s."""
    connection = Connection(lambda: sqlite3.connect(path, **arguments), iter_chunk_size=64)
    connection._thread.daemon = True  # so that a connection left open does not keep the process
    await connection
    return connection
