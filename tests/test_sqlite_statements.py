"""Statements on SQLite's thread: one hop each, and a transaction that ends whatever happens to who began it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from notify import sqlite_statements
from notify.database import Database
from notify.notices.tables import serials
from notify.sqlite_statements import Connection


@pytest.fixture
def path(tmp_path: Path) -> str:
    made = sqlite3.connect(tmp_path / "db")
    made.execute("PRAGMA journal_mode = WAL")
    made.execute("CREATE TABLE t (n INTEGER)")
    made.close()
    return str(tmp_path / "db")


@pytest.fixture
async def connection(path: str) -> AsyncIterator[Connection]:
    made = await sqlite_statements.connect(path, isolation_level=None, timeout=5)
    yield made
    await made.close()


@pytest.fixture
def hops(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the driver's thread was asked to do."""
    asked: list[object] = []
    ask = connection._execute

    async def counted(work: Any, *arguments: Any) -> Any:
        asked.append(work)
        return await ask(work, *arguments)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(connection, "_execute", counted)
    return asked


async def ran(connection: Connection, statement: str, parameters: tuple[object, ...] = ()) -> list[Any]:
    cursor = connection.cursor()
    await cursor.execute(statement, parameters)
    rows = await cursor.fetchall()
    await cursor.close()
    return rows


def is_open(connection: Connection) -> bool:
    """Whether a transaction is open."""
    return connection.in_transaction


async def test_a_statement_is_one_hop_and_brings_its_rows(connection: Connection, hops: list[object]) -> None:
    async with asyncio.timeout(5):
        cursor = await connection.cursor().execute("SELECT ? AS one UNION SELECT 2", (1,))
    assert cursor.description[0][0] == "one"
    assert (await cursor.fetchall(), await cursor.fetchall()) == ([(1,), (2,)], [])
    await cursor.close()
    assert len(hops) == 1


async def test_many_parameters_are_one_hop_and_are_counted(connection: Connection, hops: list[object]) -> None:
    cursor = await connection.cursor().executemany("INSERT INTO t VALUES (?)", [(1,), (2,), (3,)])
    assert (cursor.rowcount, len(hops)) == (3, 1)
    assert await ran(connection, "SELECT count(*) FROM t") == [(3,)]


async def test_what_comes_first_runs_once_in_the_same_hop(connection: Connection, hops: list[object]) -> None:
    connection.first = "BEGIN"
    assert await ran(connection, "SELECT count(*) FROM t") == [(0,)]
    assert is_open(connection) is True
    assert await ran(connection, "SELECT 1") == [(1,)]
    await connection.commit()
    assert is_open(connection) is False
    assert len(hops) == 3


async def test_a_transaction_in_which_nothing_was_asked_costs_no_hop(
    connection: Connection, hops: list[object]
) -> None:
    connection.first = "BEGIN"
    await connection.commit()
    connection.first = "BEGIN"
    await connection.rollback()
    assert hops == []
    assert await ran(connection, "SELECT 1") == [(1,)]
    assert is_open(connection) is False


async def test_what_was_committed_is_not_rolled_back_again(connection: Connection, hops: list[object]) -> None:
    await ran(connection, "BEGIN IMMEDIATE")
    await ran(connection, "INSERT INTO t VALUES (1)")
    await connection.commit()
    await connection.rollback()
    assert len(hops) == 3
    assert await ran(connection, "SELECT n FROM t") == [(1,)]


async def test_a_statement_that_fails_leaves_the_transaction_to_be_rolled_back(connection: Connection) -> None:
    connection.first = "BEGIN IMMEDIATE"
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await ran(connection, "INSERT INTO missing VALUES (1)")
    assert is_open(connection) is True
    await connection.rollback()
    assert is_open(connection) is False


async def test_a_commit_that_fails_leaves_the_transaction_to_be_rolled_back(connection: Connection) -> None:
    await ran(connection, "PRAGMA foreign_keys = ON")
    await ran(connection, "CREATE TABLE of (id INTEGER PRIMARY KEY)")
    await ran(connection, "CREATE TABLE one (of INTEGER REFERENCES of (id) DEFERRABLE INITIALLY DEFERRED)")
    await ran(connection, "BEGIN IMMEDIATE")
    await ran(connection, "INSERT INTO one VALUES (7)")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        await connection.commit()
    assert is_open(connection) is True
    await connection.rollback()
    assert is_open(connection) is False


async def test_who_is_cancelled_while_it_waits_for_the_lock_keeps_no_lock(connection: Connection, path: str) -> None:
    another = sqlite3.connect(path, isolation_level=None)
    another.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(ran(connection, "BEGIN IMMEDIATE"))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    another.execute("COMMIT")
    await connection.rollback()
    another.execute("PRAGMA busy_timeout = 0")
    another.execute("BEGIN IMMEDIATE")
    another.close()


async def test_who_is_cancelled_as_it_begins_to_write_leaves_the_next_one_a_way(
    database: Database,
) -> None:
    """Through the pool: whenever it is, the connection goes back without a transaction."""

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 1})

    for passes in range(12):
        task = asyncio.create_task(write())
        for _ in range(passes):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5), database.write() as connection:
            await connection.execute(sa.delete(serials))
