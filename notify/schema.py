"""What all tables share: the metadata with its naming convention, and the types of columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """A moment as it is stored, for a query that is no expression: microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment: an aware datetime outside, microseconds since 1970 UTC inside, the same on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """A number added to a moment is microseconds."""
        return sa.BigInteger() if isinstance(value, int) else self


Id = sa.Uuid(as_uuid=False).with_variant(sa.CHAR(36), "sqlite")
"""A UUID as text with dashes: native on PostgreSQL, that very text on SQLite."""

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that the database gives; SQLite gives it only to INTEGER keys."""


class database_now(GenericFunction[datetime]):
    """The moment by the database's own clock: leases are compared on it alone."""

    type = Instant()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


@compiles(database_now, "postgresql")
def _postgresql_now(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(extract(epoch from clock_timestamp()) * 1000000 AS bigint)"


class random_id(GenericFunction[str]):
    """A random UUID made by the database, for rows written by INSERT … SELECT."""

    type = Id
    inherit_cache = True


@compiles(random_id, "sqlite")
def _sqlite_id(element: random_id, compiler: SQLCompiler, **kw: Any) -> str:
    # Version 4, RFC 9562, 5.4.
    return (
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
        "substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
    )


@compiles(random_id, "postgresql")
def _postgresql_id(element: random_id, compiler: SQLCompiler, **kw: Any) -> str:
    return "gen_random_uuid()"
