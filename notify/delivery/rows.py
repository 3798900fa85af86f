"""Many rows at once: one parameter for all their ids, and one order in which transactions lock them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
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


def given(
    connection: AsyncConnection, columns: Mapping[str, sa.types.TypeEngine[Any]], rows: Sequence[Sequence[Any]]
) -> dict[str, sa.ColumnElement[Any]]:
    """Columns of ``rows`` to select from, by name, as few parameters: the statement is the same for any number."""
    by_column = [list(column) for column in zip(*rows, strict=True)]
    kinds = list(columns.values())
    if connection.dialect.name != "sqlite":
        arrays = [sa.literal(values, sa.ARRAY(kind)) for values, kind in zip(by_column, kinds, strict=True)]
        table = sa.func.unnest(*arrays).table_valued(*(sa.column(name, kind) for name, kind in columns.items()))
        table = table.render_derived(name="given")
        return {name: table.c[name] for name in columns}
    inside = [_inside(connection, kind, values) for kind, values in zip(kinds, by_column, strict=True)]
    row = sa.func.json_each(json.dumps(list(zip(*inside, strict=True)))).table_valued("value").c.value
    return {
        name: sa.type_coerce(sa.func.json_extract(row, f"$[{number}]"), kind)
        for number, (name, kind) in enumerate(columns.items())
    }


def _inside(connection: AsyncConnection, kind: sa.types.TypeEngine[Any], values: Sequence[Any]) -> Sequence[Any]:
    """Values as the database keeps them."""
    processor = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return values if processor is None else [processor(value) for value in values]


def dicts(result: sa.Result[Any]) -> list[dict[str, Any]]:
    """All rows as plain dictionaries, at a tenth of the cost of `Row._asdict` for each."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


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
    return table.c.id.in_(sa.select(table.c.id).where(wanted).order_by(table.c.id).with_for_update(key_share=True))
