"""``csbm-notify create-admin`` and ``csbm-notify token create``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from notify.commands.failing import CommandError
from notify.commands.opening import open_office, read_settings, run
from notify.commands.output import AsJson, print_json, say

Email = Annotated[str, typer.Argument(help="The person's mail address.", show_default=False)]


def create_admin(
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name, as pages show it.")] = "Administrator",
    language: Annotated[str, typer.Option(help="es, en, pt or fr.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Make an administrator's account, and print the link by which its owner sets a password.

    The link works once, for seven days. An administrator runs the node and reads no notice.
    """
    made = run(_create_admin(email, name, language))
    if as_json:
        print_json(made)
    else:
        say(f"Open this link within {made['days']} days to set a password:")
        say(made["link"])


async def _create_admin(email: str, name: str, language: str) -> dict[str, Any]:
    from notify.accounts import links, people
    from notify.actor import COMMAND

    async with open_office(read_settings()) as office:
        async with office.act(COMMAND) as act:
            due = await people.invite(act, name, email, ["administrator"], language)
        link = f"{office.settings.base_url}/welcome/{due.token}"
        return {"email": email, "person": due.person_id, "link": link, "days": links.LASTS[due.kind].days}


def create_token(
    email: Email,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do; give it once for each. Left out: all that the person's roles can use."),
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for: shown beside it.")] = "made on the command line",
    days: Annotated[int, typer.Option(help="How long it lasts, 1 to 366.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Make an API token for a person, and print it. It is shown this once, and never does more than the person may."""
    made = run(_create_token(email, scope, name, days))
    if as_json:
        print_json(made)
    else:
        say(made["token"])


async def _create_token(email: str, scopes: list[str] | None, name: str, days: int) -> dict[str, Any]:
    from dataclasses import replace

    from notify.accounts import tokens

    async with open_office(read_settings()) as office:
        async with office.database.read() as connection:
            person = await _person(connection, email)
        # The line of the audit log says that a command did it, and for whom.
        owner = replace(person.actor("command"), kind="command")
        wanted = sorted(owner.scopes) if scopes is None else scopes
        async with office.act(owner) as act:
            secret, token = await tokens.create(act, name, wanted, days)
    return {
        "token": secret,
        "id": token.id,
        "person": token.person_id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "expires_at": token.expires_at.isoformat(),
    }


async def _person(connection: Any, email: str) -> Any:
    import sqlalchemy as sa

    from notify.accounts import person
    from notify.accounts.addresses import mailbox
    from notify.accounts.tables import people

    found = await connection.scalar(sa.select(people.c.id).where(people.c.email == mailbox(email), people.c.active))
    known = await person.get(connection, found) if found else None
    if known is None:
        raise CommandError(f"There is no account in use with the address {email}.")
    return known
