"""Many rows at once: one parameter for all their ids, and one order in which transactions lock them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.schema import Id


def among(connection: AsyncConnection, column: sa.ColumnElement[str], ids: Collection[str]) -> sa.ColumnElement[bool]:
    """``column`` is one of ``ids``: one parameter, so that the statement is the same for any number of them."""
    if connection.dialect.name == "sqlite":
        values = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
        return column.in_(sa.select(sa.type_coerce(values.c.value, Id)))
    return column == sa.func.any(sa.literal(list(ids), sa.ARRAY(sa.Uuid(as_uuid=False))))


def among_those_of(
    connection: AsyncConnection, column: sa.ColumnElement[str], ids: sa.Select[tuple[str]]
) -> sa.ColumnElement[bool]:
    """``column`` is one of the thousands of ``ids`` that a query finds.

    PostgreSQL is held to find them first: where it expects few it would ask anew for each row.
    """
    if connection.dialect.name == "sqlite":
        return column.in_(ids)
    return column == sa.func.any(sa.func.array(ids.scalar_subquery()))


async def fetch(connection: AsyncConnection, statement: sa.Select[Any]) -> Sequence[Sequence[Any]]:
    """Thousands of rows, as plain sequences.

    SQLite's driver lets other threads run at every row, and waits for its turn again: here it gives one row, as JSON.
    """
    if connection.dialect.name != "sqlite":
        found: Sequence[Sequence[Any]] = (await connection.execute(statement)).all()
        return found
    kinds = [column.type.dialect_impl(connection.dialect) for column in statement.selected_columns]
    processors = [kind.result_processor(connection.dialect, None) for kind in kinds]
    inner = statement.subquery()
    row = sa.func.json_array(*(column for column in inner.c))
    rows: list[list[Any]] = json.loads(str(await connection.scalar(sa.select(sa.func.json_group_array(row)))))
    for number, processor in enumerate(processors):
        if processor is not None:
            for each in rows:
                each[number] = processor(each[number])
    return rows


async def lock_in_order(connection: AsyncConnection, table: sa.Table, ids: Collection[str]) -> None:
    """Lock rows by id before an UPDATE of them all, so that two transactions never wait for each other.

    SQLite has one writer at a time and needs none of it.
    """
    if ids and connection.dialect.name != "sqlite":
        locked = sa.select(table.c.id).where(among(connection, table.c.id, ids)).order_by(table.c.id)
        await connection.execute(locked.with_for_update(key_share=True))


def in_order(
    connection: AsyncConnection, table: sa.Table, ids: Collection[str], *which: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """The rows of ``ids`` for which ``which`` holds, for one UPDATE that locks them by id as `lock_in_order` does."""
    wanted = sa.and_(among(connection, table.c.id, ids), *which)
    if connection.dialect.name == "sqlite":
        return wanted
    locked = sa.select(table.c.id).where(wanted).order_by(table.c.id).with_for_update(key_share=True)
    return among_those_of(connection, table.c.id, locked)
