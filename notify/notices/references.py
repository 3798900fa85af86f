"""References: PER-2027-M4-003 (state, year of the start, measure, serial), PER-2027-T-001 for a test.

Given at first publication and never used again. Serials are dense: the one thing that readers could count by.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


def series_of(state: str, year: int, measure: int, test: bool) -> str:
    """The series that a notice's serial is given from; ``year`` is that of its local start."""
    return f"{state}-{year}-T" if test else f"{state}-{year}-M{measure}"


async def give(connection: AsyncConnection, series: str) -> str:
    """The next reference of a series; its counter stays locked until the transaction ends."""
    statement = sa.text(
        "INSERT INTO serials (series, last) VALUES (:series, 1) "
        "ON CONFLICT (series) DO UPDATE SET last = serials.last + 1 RETURNING last"
    )
    serial = (await connection.execute(statement, {"series": series})).scalar_one()
    return f"{series}-{serial:03d}"
