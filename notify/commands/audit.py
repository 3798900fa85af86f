"""``csbm-notify audit verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from notify.commands.failing import CommandError
from notify.commands.opening import open_office, read_settings, run
from notify.commands.output import AsJson, print_json, say

if TYPE_CHECKING:
    from notify.audit.verify import Finding


def verify(as_json: AsJson = False) -> None:
    """Check the audit log: a line that was changed, dropped, moved or added past its head is named. Status 1 then.

    Note the root that it prints somewhere else: a log that was rewritten as a whole has another.
    """
    finding = run(_verify())
    if as_json:
        print_json(
            {
                "ok": finding.ok,
                "size": finding.size,
                "root": finding.root,
                "first_bad": finding.first_bad,
                "what": str(finding.what),
            }
        )
        raise typer.Exit(0 if finding.ok else 1)
    if not finding.ok:
        raise CommandError(f"The audit log does not hold: {finding.what}")
    say(f"{finding.what} {finding.size} lines, root {finding.root}")


async def _verify() -> Finding:
    from notify.audit.verify import verify as check

    async with open_office(read_settings()) as office, office.database.read() as connection:
        return await check(connection)
