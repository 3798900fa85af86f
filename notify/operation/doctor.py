"""What `doctor` finds: everything that the service needs is looked at, and each finding says what to do."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.audit import merkle
from notify.audit.tables import audit_head, audit_lines
from notify.clock import system_clock
from notify.delivery import deliveries, subscriptions
from notify.language import ntext, text
from notify.migrations import SchemaError, require_current
from notify.notices import signatures
from notify.office import Office
from notify.operation import figures, surroundings
from notify.operation.figures import Figures
from notify.operation.finding import Finding, error, ok, warning
from notify.operation.health import ANSWER_SECONDS, DATABASE_ERRORS, START_DATABASE, START_WORKER
from notify.parties import directory
from notify.schema import database_now
from notify.vault import VaultError

CLOCKS_APART = 2.0
"""Seconds by which the clocks of this machine and of the database may differ."""

EXPANDED_WITHIN = 60.0
"""Seconds within which a worker takes up an event, however busy it is."""


async def findings(office: Office) -> list[Finding]:
    """Look at everything; the most basic first. A database that is away, or of another schema, ends it early."""
    around = await surroundings.findings(office.settings)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await require_current(office.database)
    except SchemaError as problem:
        return [Finding("error", "schema", text("%(what)s", what=str(problem))), *around]
    except DATABASE_ERRORS as problem:
        name = type(problem).__name__
        return [error("database", text("The database does not answer: %(why)s.", why=name), START_DATABASE), *around]
    async with office.database.read() as connection:
        counted = await figures.read(connection, office.clock())
        return [
            ok("schema", text("The database answers, and its schema is that of this version.")),
            await _key(connection, office),
            _worker(counted),
            await _clocks(connection),
            *around,
            await _channels(connection),
            await _given_up(connection),
            _waiting(counted),
            await _audit(connection),
        ]


async def _key(connection: AsyncConnection, office: Office) -> Finding:
    """Whether revisions can be signed, and with it whether the secret key is the one that data were stored with."""
    try:
        await signatures.current_key(connection, office.vault, system_clock())
    except signatures.NoSigningKey:
        todo = text("Run `csbm-notify migrate`, which makes one.")
        return error("signing_key", text("There is no key to sign revisions with."), todo)
    except VaultError:
        return error(
            "signing_key",
            text("The secret key is another than the one that the database was written with."),
            text("Set NOTIFY_SECRET_KEY to that one; with SQLite it is in secret.key of the folder of data."),
        )
    return ok("signing_key", text("Revisions are signed, and the secret key opens what is stored."))


def _worker(counted: Figures) -> Finding:
    number = sum(counted.workers.values())
    if not number:
        return error("worker", text("No worker is running."), START_WORKER)
    return ok("worker", ntext("%(n)s worker is running.", "%(n)s workers are running.", number))


def clocks(asked: datetime, theirs: datetime, answered: datetime) -> Finding:
    """Whether the database's clock agrees with ours, by what it said between two moments of ours."""
    apart = max((asked - theirs).total_seconds(), (theirs - answered).total_seconds(), 0.0)
    if apart > CLOCKS_APART:
        return warning(
            "clocks",
            text("The clocks of this machine and of the database differ by %(seconds)s s.", seconds=round(apart, 1)),
            text("Set both by a time server (NTP)."),
        )
    return ok("clocks", text("The clocks of this machine and of the database agree."))


async def _clocks(connection: AsyncConnection) -> Finding:
    asked = system_clock()
    theirs: datetime = (await connection.execute(sa.select(database_now()))).scalar_one()
    return clocks(asked, theirs, system_clock())


async def _channels(connection: AsyncConnection) -> Finding:
    """Which states nobody can tell: no official mailbox or webhook of theirs works."""
    reached = await subscriptions.arriving(connection)
    states = [party.code for party in (await directory.load(connection)).states()]
    silent = [code for code in states if not reached.get(code)]
    if silent:
        return warning(
            "channels",
            text("No channel reaches %(parties)s.", parties=", ".join(silent)),
            text("Ask their managers to add an official subscription; until then their people see notices here alone."),
        )
    return ok("channels", text("Every state has a channel that works."))


async def _given_up(connection: AsyncConnection) -> Finding:
    """What was given up and can still arrive: what a newer revision replaced is nothing to do."""
    number = len(await deliveries.repeatable(connection))
    if number:
        return warning(
            "deliveries",
            ntext("%(n)s delivery was given up.", "%(n)s deliveries were given up.", number),
            text("`csbm-notify deliveries retry --dead` sends them again; `deliveries list --status dead` says why."),
        )
    return ok("deliveries", text("No delivery was given up."))


def _waiting(counted: Figures) -> Finding:
    late = max(counted.oldest_event, counted.oldest_pending)
    if late > EXPANDED_WITHIN:
        what = text("News has waited for %(seconds)s s, and no worker takes it up.", seconds=round(late))
        return warning("waiting", what, text("See that a worker runs and what it logs; add workers if all are busy."))
    return ok("waiting", text("Nothing waits for longer than a minute."))


async def _audit(connection: AsyncConnection) -> Finding:
    """A quick look: the head fits its own hashes and the last line. `audit verify` looks at every line."""
    todo = text("Run `csbm-notify audit verify`, which names the line.")
    last = sa.func.coalesce(sa.select(sa.func.max(audit_lines.c.position)).scalar_subquery(), -1)
    head = sa.select(audit_head.c.size, audit_head.c.frontier, audit_head.c.root, last.label("last"))
    row = (await connection.execute(head)).first()
    if row is None:
        return ok("audit", text("The audit log has no lines yet."))
    if row.size != row.last + 1 or not _fits(row.frontier, row.root):
        return error("audit", text("The audit log's head does not fit its lines."), todo)
    return ok("audit", ntext("The audit log has %(n)s line.", "The audit log has %(n)s lines.", row.size))


def _fits(frontier: str, root: str) -> bool:

    try:
        return merkle.root(tuple(json.loads(frontier))) == root
    except (ValueError, TypeError):
        return False
