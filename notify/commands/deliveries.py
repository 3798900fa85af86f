"""``csbm-notify deliveries list|retry``."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import typer

from notify.codes import DeliveryStatus
from notify.commands.failing import CommandError
from notify.commands.opening import open_office, read_settings, run
from notify.commands.output import AsJson, print_json, print_table, say


def list_(
    status: Annotated[list[str] | None, typer.Option(help="Only these; give it once for each.")] = None,
    party: Annotated[str | None, typer.Option(help="Only those to this party, such as BOL.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List deliveries, the newest first: to whom, over which channel, and what became of them. No content is shown."""
    statuses = get_args(DeliveryStatus)
    for given in status or ():
        if given not in statuses:
            raise CommandError(f"“{given}” is no status of a delivery. Statuses: {', '.join(statuses)}.")
    found = run(_list(status, party, limit))
    if as_json:
        print_json(found)
        return
    heads = ("id", "party", "kind", "channel", "status", "attempts", "due_at", "error_class")
    print_table(heads, [[row[head] for head in heads] for row in found])


async def _list(status: list[str] | None, party: str | None, limit: int) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from notify.delivery.tables import deliveries

    d = deliveries.c
    query = (
        sa.select(d.id, d.kind, d.party, d.channel, d.host, d.notice_id, d.revision, d.status, d.attempts,
                  d.created_at, d.due_at, d.finished_at, d.error_class)
        .order_by(d.created_at.desc(), d.id.desc())
        .limit(limit)
    )  # fmt: skip
    if status:
        query = query.where(d.status.in_(status))
    if party:
        query = query.where(d.party == party.upper())
    async with open_office(read_settings()) as office, office.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in rows
    ]


def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="Identifiers, as `deliveries list` shows them.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that were given up and can still arrive.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send again what was given up: a worker takes it up at once, and its attempts are counted from the first."""
    if bool(ids) == dead:
        raise CommandError("Name the deliveries to send again, or give --dead for all that were given up.")
    retried, refused = run(_retry(ids or []))
    if as_json:
        print_json({"retried": retried, "refused": [{"id": which, "why": why} for which, why in refused.items()]})
    else:
        say(f"{len(retried)} will be sent again.")
        for which, why in refused.items() if dead else ():
            say(f"{which}: {why}")
        if ids and refused:
            raise CommandError(" ".join(f"{which}: {why}" for which, why in refused.items()))
    raise typer.Exit(1 if ids and refused else 0)


async def _retry(ids: list[str]) -> tuple[list[str], dict[str, str]]:
    from notify.actor import COMMAND
    from notify.delivery import deliveries as verbs
    from notify.errors import Refused

    async with open_office(read_settings()) as office:
        if not ids:
            async with office.database.read() as connection:
                ids = await verbs.repeatable(connection)
        retried, refused = [], {}
        for delivery_id in ids:
            try:
                async with office.act(COMMAND) as act:
                    await verbs.retry(act, delivery_id)
                retried.append(delivery_id)
            except Refused as why:
                refused[delivery_id] = str(why.detail)
    return retried, refused
