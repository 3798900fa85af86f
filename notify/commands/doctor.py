"""``csbm-notify doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from notify.commands.opening import read_settings, run
from notify.commands.output import AsJson, print_json, say

if TYPE_CHECKING:
    from notify.operation.finding import Finding

_MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


def doctor(as_json: AsJson = False) -> None:
    """Look at everything that the service needs: a line a finding, and what to do. Status 1 when one is broken."""
    found = run(_examine())
    if as_json:
        print_json([finding.as_json() for finding in found])
    else:
        for finding in found:
            todo = f" → {finding.todo}" if finding.todo else ""
            say(f"{_MARKS[finding.level]}  {finding.what}{todo}")
    raise typer.Exit(1 if any(finding.level == "error" for finding in found) else 0)


async def _examine() -> list[Finding]:
    from notify.database import Database
    from notify.office import Office
    from notify.operation.doctor import findings
    from notify.vault import Vault

    settings = read_settings()
    database = Database(settings.database)
    try:
        return await findings(Office(settings, database, Vault(settings.key())))
    finally:
        await database.close()
