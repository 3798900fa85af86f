"""Triggers that refuse to change what is kept for ever: revisions, recipients, acknowledgements and the audit log.

They stand against mistakes in our own statements; whoever owns the database can drop them, and that the signatures and
the Merkle log show. Alembic's batch mode makes a table of SQLite anew without its triggers, and a migration may have to
fill a new column of a guarded table: so they are removed before each migration and made again after it.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

GUARDED: dict[str, tuple[str, ...]] = {
    "revisions": ("UPDATE", "DELETE"),
    "recipients": ("UPDATE", "DELETE"),
    "acknowledgements": ("UPDATE", "DELETE"),
    "audit_lines": ("UPDATE", "DELETE"),
    "audit_head": ("DELETE",),  # it is updated with every line
}
"""What each table refuses. New rows are always taken."""

_FUNCTION = """
CREATE OR REPLACE FUNCTION guard_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept for ever: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


async def make(connection: AsyncConnection) -> None:
    """Make every guard. A refused statement raises `sqlalchemy.exc.IntegrityError`."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(_FUNCTION)
    for table, operations in GUARDED.items():
        if connection.dialect.name == "postgresql":
            for name, what, each in (
                (_name(table, "change"), " OR ".join(operations), "ROW"),
                (_name(table, "truncate"), "TRUNCATE", "STATEMENT"),
            ):
                await connection.exec_driver_sql(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH {each} EXECUTE FUNCTION guard_refuses()"
                )
        else:
            for operation in operations:
                await connection.exec_driver_sql(
                    f"CREATE TRIGGER {_name(table, operation)} BEFORE {operation} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is kept for ever: {operation} is refused'); END"
                )


async def remove(connection: AsyncConnection) -> None:
    """Remove every guard that there is, before a migration."""
    for table, name in await present(connection):
        on = f" ON {table}" if connection.dialect.name == "postgresql" else ""
        await connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")


async def present(connection: AsyncConnection) -> list[tuple[str, str]]:
    """The guards of the database, as (table, name of the trigger)."""
    if connection.dialect.name == "postgresql":
        question = (
            "SELECT c.relname AS tbl, t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard\\_%' AND pg_table_is_visible(c.oid) ORDER BY 1, 2"
        )
    else:
        question = (
            "SELECT tbl_name AS tbl, name FROM sqlite_master "
            "WHERE type = 'trigger' AND name LIKE 'guard\\_%' ESCAPE '\\' ORDER BY 1, 2"
        )
    rows = await connection.exec_driver_sql(question)
    return [(str(row["tbl"]), str(row["name"])) for row in rows.mappings()]


def _name(table: str, operation: str) -> str:
    return f"guard_{table}_{operation.lower()}"
