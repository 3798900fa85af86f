"""Whether the service is ready: the database answers, its schema is current, and a worker gives a sign of life."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import SQLAlchemyError

from notify.delivery import workers
from notify.language import Text, text
from notify.migrations import is_current
from notify.office import Office

log = structlog.get_logger("health")

ANSWER_SECONDS = 5.0
"""How long the database may take to answer."""

DATABASE_ERRORS = (SQLAlchemyError, PostgresError, InterfaceError, OSError, TimeoutError)
"""What a database that is away raises; asyncpg's own come as they are while it connects."""

START_DATABASE = text("Start the database, or correct NOTIFY_DATABASE_URL.")
MIGRATE = text("Run `csbm-notify migrate`, then start again.")
START_WORKER = text("Start `csbm-notify worker`. Until then notices are published, and nobody is told.")
FIRST_THE_OTHERS = text("Mend what stands above first.")


@dataclass(frozen=True)
class Check:
    """One thing that must hold; ``todo`` says what to do when it does not."""

    name: str
    ok: bool
    todo: Text | None = None


async def checks(office: Office) -> list[Check]:
    """Every check, always the same ones; each needs those before it."""
    todos = {"database": START_DATABASE, "schema": MIGRATE, "worker": START_WORKER}
    held = await _held(office)
    found: list[Check] = []
    for i, (name, todo) in enumerate(todos.items()):
        if i < held:
            found.append(Check(name, True))
        else:
            found.append(Check(name, False, todo if i == held else FIRST_THE_OTHERS))
    return found


async def _held(office: Office) -> int:
    """How many of the checks hold, one after the other."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            if not await is_current(office.database):
                return 1
            async with office.database.read() as connection:
                return 3 if await workers.is_running(connection) else 2
    except DATABASE_ERRORS as error:
        log.warning("database_away", error=type(error).__name__)
        return 0
