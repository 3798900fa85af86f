"""``csbm-notify migrate``."""

from __future__ import annotations

from notify.commands.opening import check_data_dir, reach, read_settings, run
from notify.commands.output import AsJson, print_json, say


def migrate(as_json: AsJson = False) -> None:
    """Bring the database to the schema of this version; fill in parties and adjacency the first time.

    Done as a whole or not at all, and harmless when there is nothing to do. Run it before the first start and after
    each new version, with web processes and workers stopped.
    """
    changed, schema, kind = run(_migrate())
    if as_json:
        print_json({"schema": schema, "changed": changed, "database": kind})
    elif changed:
        say(f"The database has the schema of this version now ({schema}).")
    else:
        say(f"The database had the schema of this version already ({schema}).")


async def _migrate() -> tuple[bool, str, str]:
    from notify.actor import COMMAND
    from notify.database import Database
    from notify.migrations import head, is_current, upgrade
    from notify.notices import signatures
    from notify.office import Office
    from notify.vault import Vault

    settings = read_settings()
    check_data_dir(settings)
    vault = Vault(settings.key())
    database = Database(settings.database)
    try:
        await reach(database)
        changed = not await is_current(database)
        await upgrade(database)
        async with Office(settings, database, vault).act(COMMAND) as act:
            await signatures.ensure_key(act)
        return changed, await head(), database.dialect
    finally:
        await database.close()
