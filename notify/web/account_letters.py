"""The letters that an invitation and a lost password call for, written in the transaction of the act that owes them."""

from __future__ import annotations

from notify.accounts import person
from notify.accounts.links import Due
from notify.delivery import letters
from notify.office import Act


async def owe(act: Act, due: Due) -> None:
    """Write the letter of a link that was just made, in the language of whoever gets it."""
    addressee = await person.get(act.connection, due.person_id)
    assert addressee is not None  # made or found in this very transaction
    link = f"{act.office.settings.base_url}/welcome/{due.token}?lang={addressee.language}"
    facts: dict[str, object] = {"link": link, "party": addressee.party}
    await letters.write(act, due.kind, addressee.email, addressee.language, facts, addressee.party)
