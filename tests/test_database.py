"""The one way to the database: no update is lost, reads cannot write, a write is done as a whole or not at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from notify.clock import system_clock
from notify.database import Database
from notify.notices.tables import log_counters, serials
from notify.office import Office
from notify.schema import database_now
from notify.settings import Settings
from tests.support.clock import START

WRITERS, TURNS = 8, 40


@pytest.mark.slow
async def test_writers_at_once_lose_no_update(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 0})
    one = serials.c.series == "PER-2027-M4"

    async def take_numbers() -> list[int]:
        taken = []
        for _ in range(TURNS):
            async with database.write() as connection:
                last = await connection.scalar(sa.select(serials.c.last).where(one).with_for_update())
                assert last is not None
                await asyncio.sleep(0)
                await connection.execute(sa.update(serials).where(one).values(last=last + 1))
                taken.append(last + 1)
        return taken

    taken = await asyncio.gather(*(take_numbers() for _ in range(WRITERS)))

    assert sorted(number for numbers in taken for number in numbers) == list(range(1, WRITERS * TURNS + 1))


@pytest.fixture
async def another_process(database_url: str) -> AsyncIterator[Database]:
    """The same database as another process has it: with a writer and a lock of its own."""
    made = Database(database_url)
    yield made
    await made.close()


@pytest.mark.slow
async def test_writers_of_two_processes_lose_no_update(database: Database, another_process: Database) -> None:
    async with database.write() as connection:
        await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 0})

    async def count_up(through: Database) -> None:
        for _ in range(TURNS):
            async with through.write() as connection:
                last = await connection.scalar(sa.select(serials.c.last).with_for_update())
                assert last is not None
                await connection.execute(sa.update(serials).values(last=last + 1))

    await asyncio.gather(*(count_up(through) for through in (database, another_process) * 4))

    async with database.read() as connection:
        assert await connection.scalar(sa.select(serials.c.last)) == 8 * TURNS


async def test_a_commit_is_on_the_disk_before_it_is_answered(database: Database) -> None:
    async with database.write() as connection:
        if database.is_sqlite:
            journal = await connection.scalar(sa.text("PRAGMA journal_mode"))
            assert (journal, await connection.scalar(sa.text("PRAGMA synchronous"))) == ("wal", 2)
        else:
            assert await connection.scalar(sa.text("SHOW synchronous_commit")) == "on"


@pytest.mark.parametrize("name", ["with #1", "per%41cent", "what?mode=rw", "año"])
async def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    database = Database(Settings(data_dir=folder).database)
    async with database.write() as connection:
        await connection.execute(sa.text("CREATE TABLE t (a INTEGER)"))
        await connection.execute(sa.text("INSERT INTO t VALUES (7)"))
    assert await database.glance("SELECT a FROM t") == (7,)
    await database.close()
    assert os.listdir(tmp_path) == [name]
    assert "notify.db" in os.listdir(folder)


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=r"(?i)read-?only"):
        async with database.read() as connection:
            await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 1})

    async with database.read() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(serials)) == 0


async def test_a_write_can_follow_a_read_and_a_read_a_write(database: Database) -> None:
    for number in range(3):
        async with database.read() as connection:
            assert await connection.scalar(sa.select(sa.func.count()).select_from(serials)) == number
        async with database.write() as connection:
            await connection.execute(sa.insert(serials), {"series": f"PER-{number}", "last": 1})


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    async def fail_after_writing() -> None:
        async with database.write() as connection:
            await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_writing()

    async with database.read() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(serials)) == 0


async def test_a_write_that_is_cancelled_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    begun = asyncio.Event()

    async def never_ends() -> None:
        async with database.write() as connection:
            await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 1})
            begun.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(never_ends())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with database.write() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(serials)) == 0
        await connection.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 7})
    async with database.read() as connection:
        assert await connection.scalar(sa.select(serials.c.last)) == 7


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.write() as writing:
        await writing.execute(sa.insert(serials), {"series": "PER-2027-M4", "last": 1})
        async with asyncio.timeout(5), database.read() as reading:
            assert await reading.scalar(sa.select(sa.func.count()).select_from(serials)) == 0


async def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        async with database.write() as connection:
            await connection.execute(
                sa.text("INSERT INTO groups (code, party, source) VALUES ('ALBA', 'ATLANTIS', '')")
            )


async def test_the_position_of_a_scope_is_that_of_its_last_notice(database: Database) -> None:
    assert await database.position("BOL") == 0

    async with database.write() as connection:
        await connection.execute(
            sa.insert(log_counters),
            [
                {"scope": "BOL", "position": 9, "notice_position": 7, "notice_at": START},
                {"scope": "public", "position": 2, "notice_position": 2, "notice_at": START},
            ],
        )
    assert await database.position("BOL") == 7
    assert await database.position("public") == 2
    assert await database.position("JAM") == 0

    async with database.write() as connection:
        await connection.execute(
            sa.update(log_counters).where(log_counters.c.scope == "BOL").values(position=10, notice_position=10)
        )
    assert await database.position("BOL") == 10


async def test_the_databases_clock_is_that_of_the_machine(database: Database) -> None:
    before = system_clock()
    async with database.read() as connection:
        now = await connection.scalar(sa.select(database_now()))
    assert now is not None
    assert abs((now - before).total_seconds()) < 2


async def test_a_connection_that_the_server_has_closed_is_replaced(office_postgresql: Office) -> None:
    database, pid = office_postgresql.database, sa.text("SELECT pg_backend_pid()")
    async with database.read() as connection:
        closed = await connection.scalar(pid)
    other = Database(database.url.render_as_string(hide_password=False))
    async with other.read() as connection:
        assert await connection.scalar(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": closed})
    await other.close()
    await asyncio.sleep(0.2)
    async with database.write() as connection:
        assert await connection.scalar(pid) != closed
