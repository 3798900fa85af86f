"""A database is brought to the schema of this version whole or not at all, and what is kept for ever is guarded."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.ext.asyncio import AsyncConnection

from notify import migrations
from notify.accounts.tables import people, person_roles
from notify.audit.tables import audit_head, audit_lines
from notify.database import Database
from notify.ids import new_id
from notify.migrations import SchemaError, guards
from notify.migrations.everything import metadata
from notify.notices.tables import acknowledgements, notices, recipients, revisions
from notify.office import Office
from notify.parties.tables import adjacency, graph_versions, groups, parties
from tests.support.clock import START
from tests.support.databases import sqlite_url
from tests.support.people import enrol

# The schema


async def test_the_versions_make_the_tables_that_the_code_uses(empty_database: Database) -> None:
    await migrations.upgrade(empty_database)

    async with empty_database.read() as connection:
        assert await connection.run_sync(_differences) == []


@pytest.mark.slow
async def test_the_versions_make_every_constraint_and_index(empty_database: Database) -> None:
    # Alembic's comparison leaves out checks, defaults and the conditions of indexes.
    async with empty_database.write() as connection:
        await connection.run_sync(metadata.create_all)
        wanted = await connection.run_sync(_details)
        await connection.run_sync(metadata.drop_all)
    await migrations.upgrade(empty_database)

    async with empty_database.read() as connection:
        found = await connection.run_sync(_details)
    assert sorted(found) == sorted(wanted)
    for table in wanted:
        assert found[table] == wanted[table], table


def _differences(connection: sa.Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def _details(connection: sa.Connection) -> dict[str, Any]:
    inspector = sa.inspect(connection)
    return {
        name: {
            "columns": [_plain(column) for column in inspector.get_columns(name)],
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": _sorted(inspector.get_foreign_keys(name)),
            "unique": _sorted(inspector.get_unique_constraints(name)),
            "checks": _sorted(inspector.get_check_constraints(name)),
            "indexes": [_plain(index) for index in _sorted(inspector.get_indexes(name))],
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def _plain(thing: Any) -> dict[str, str]:
    """A column or an index with types and SQL as text, which can be compared."""
    options = {name: str(value) for name, value in thing.get("dialect_options", {}).items()}
    return {name: str(value) for name, value in {**thing, "dialect_options": options}.items()}


def _sorted(things: list[Any]) -> list[Any]:
    return sorted(things, key=lambda thing: str(thing["name"]))


async def test_a_database_is_current_only_after_its_upgrade(empty_database: Database) -> None:
    assert not await migrations.is_current(empty_database)
    with pytest.raises(SchemaError, match=r"no tables yet.*csbm-notify migrate"):
        await migrations.require_current(empty_database)

    await migrations.upgrade(empty_database)

    assert await migrations.is_current(empty_database)
    await migrations.require_current(empty_database)


async def test_only_an_upgrade_makes_the_folder_and_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "notify.db"
    database = Database(sqlite_url(path))

    assert not await migrations.is_current(database)
    assert not path.parent.exists()

    await migrations.upgrade(database)
    assert path.exists()
    await database.close()


async def test_an_earlier_schema_is_named_with_what_to_do(database: Database) -> None:
    await _say_schema(database, "0001")

    assert not await migrations.is_current(database)
    with pytest.raises(SchemaError, match=rf"0001, and this version needs {await migrations.head()}\..*migrate"):
        await migrations.require_current(database)


async def test_a_later_schema_is_refused_and_left_as_it_is(database: Database) -> None:
    await _say_schema(database, "9999")

    with pytest.raises(SchemaError, match="9999, which this version does not know"):
        await migrations.require_current(database)
    with pytest.raises(SchemaError, match="9999, which this version does not know"):
        await migrations.upgrade(database)
    async with database.read() as connection:
        assert await connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
        assert await guards.present(connection)


async def _say_schema(database: Database, schema: str) -> None:
    async with database.write() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = :schema"), {"schema": schema})


async def test_an_upgrade_fills_parties_and_adjacency_and_again_changes_nothing(empty_database: Database) -> None:
    await migrations.upgrade(empty_database)
    async with empty_database.read() as connection:
        first = await _seeded(connection)
        states = await connection.scalar(
            sa.select(sa.func.count()).select_from(parties).where(parties.c.kind == "state")
        )

    await migrations.upgrade(empty_database)

    assert states == 35
    async with empty_database.read() as connection:
        assert await _seeded(connection) == first


async def _seeded(connection: AsyncConnection) -> list[list[tuple[Any, ...]]]:
    found = []
    for table in (parties, groups, graph_versions, adjacency):
        rows = await connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        found.append([tuple(row) for row in rows])
    assert all(found)
    return found


async def test_two_upgrades_at_once_are_as_one(empty_database_url: str) -> None:
    processes = [Database(empty_database_url) for _ in range(3)]

    async with asyncio.timeout(30):
        await asyncio.gather(*(migrations.upgrade(process) for process in processes))

    for process in processes:
        assert await migrations.is_current(process)
        await process.close()


async def test_an_upgrade_that_fails_leaves_nothing(empty_database: Database) -> None:
    async with empty_database.write() as connection:
        await connection.execute(sa.text("CREATE TABLE notices (stands_in_the_way INTEGER)"))

    with pytest.raises(sa.exc.DBAPIError, match="already exists"):
        await migrations.upgrade(empty_database)

    async with empty_database.read() as connection:
        assert await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()) == ["notices"]


# Guards


async def test_what_is_kept_for_ever_cannot_be_changed_or_deleted(database: Database) -> None:
    await _publish(database)
    await _assert_guarded(database)


async def test_guards_are_there_after_another_upgrade(database: Database) -> None:
    await _publish(database)
    await migrations.upgrade(database)
    await _assert_guarded(database)


async def test_guards_are_there_after_a_migration_that_makes_their_table_anew(database: Database) -> None:
    await _publish(database)
    async with migrations.migrating(database) as connection:
        await connection.run_sync(_widen, "revisions", "step")
        await connection.run_sync(_widen, "acknowledgements", "via")
    await _assert_guarded(database)


async def test_a_migration_may_fill_a_guarded_table(database: Database) -> None:
    await _publish(database)
    async with migrations.migrating(database) as connection:
        await connection.execute(sa.update(revisions).values(lead_days=61))
    await _assert_guarded(database)


async def test_the_audit_head_moves_but_is_not_deleted(database: Database) -> None:
    await _publish(database)
    async with database.write() as connection:
        await connection.execute(sa.update(audit_head).values(size=2))
    with pytest.raises(sa.exc.IntegrityError, match="kept for ever"):
        async with database.write() as connection:
            await connection.execute(sa.delete(audit_head))


async def test_truncate_is_refused(office_postgresql: Office) -> None:
    await _publish(office_postgresql.database)
    for table in guards.GUARDED:
        with pytest.raises(sa.exc.IntegrityError, match="kept for ever"):
            async with office_postgresql.database.write() as connection:
                await connection.execute(sa.text(f"TRUNCATE {table} CASCADE"))


async def test_a_table_made_anew_keeps_the_rows_that_refer_to_it(office: Office) -> None:
    officer = await enrol(office, "PER", "officer")

    async with migrations.migrating(office.database) as connection:
        await connection.run_sync(_widen, "people", "language")

    async with office.database.read() as connection:
        assert await connection.scalar(sa.select(person_roles.c.role)) == "officer"
        assert await connection.scalar(sa.select(people.c.id)) == officer.person_id


async def test_a_migration_that_leaves_an_orphan_is_undone(office_sqlite: Office) -> None:
    await enrol(office_sqlite, "PER", "officer")

    with pytest.raises(SchemaError, match="refer to no people"):
        async with migrations.migrating(office_sqlite.database) as connection:
            await connection.execute(sa.delete(people))

    async with office_sqlite.database.read() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).select_from(people)) == 1
        assert await guards.present(connection)


def _widen(connection: sa.Connection, table: str, column: str) -> None:
    """Change a column as a later version would: on SQLite the table is made anew."""
    operations = Operations(MigrationContext.configure(connection, opts={"target_metadata": metadata}))
    with operations.batch_alter_table(table) as batch:
        batch.alter_column(column, type_=sa.String(64), existing_nullable=False)


async def _publish(database: Database) -> None:
    """A row in each guarded table."""
    notice = new_id()
    async with database.write() as connection:
        await connection.execute(
            sa.insert(notices),
            {
                "id": notice, "state": "PER", "measure": 4, "test": False, "status": "published", "revision": 1,
                "visibility": "recipients", "content": "{}", "etag": "e", "words": "", "events": 1, "seats_taken": 0,
                "created_at": START, "updated_at": START,
            },
        )  # fmt: skip
        await connection.execute(
            sa.insert(revisions),
            {
                "notice_id": notice, "revision": 1, "step": "published", "status": "published", "content": "{}",
                "changes": "[]", "published_at": START, "late": False, "graph_version": 1, "borders_sha256": "b",
                "signature": "{}", "fingerprint": "f",
            },
        )  # fmt: skip
        of_revision = {"notice_id": notice, "revision": 1, "party": "BOL"}
        await connection.execute(sa.insert(recipients), {**of_revision, "reasons": "[]", "rules": ",land,"})
        await connection.execute(sa.insert(acknowledgements), {**of_revision, "at": START, "via": "page"})
        await connection.execute(
            sa.insert(audit_lines),
            {
                "position": 0, "at": START, "act": "notice.publish", "actor_kind": "command", "object_kind": "notice",
                "object_id": notice, "leaf": "{}", "leaf_hash": "h",
            },
        )  # fmt: skip
        await connection.execute(sa.insert(audit_head), {"id": 1, "size": 1, "frontier": "[]", "root": "r"})


async def _assert_guarded(database: Database) -> None:
    for table, column in (
        (revisions, "content"),
        (recipients, "reasons"),
        (acknowledgements, "statement"),
        (audit_lines, "leaf"),
    ):
        async with database.read() as connection:
            before = [tuple(row) for row in await connection.execute(sa.select(table))]
        for statement in (sa.update(table).values({column: "forged"}), sa.delete(table)):
            with pytest.raises(sa.exc.IntegrityError, match="kept for ever"):
                async with database.write() as connection:
                    await connection.execute(statement)
        async with database.read() as connection:
            assert [tuple(row) for row in await connection.execute(sa.select(table))] == before
        assert len(before) == 1
