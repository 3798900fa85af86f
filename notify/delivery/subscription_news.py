"""Who hears of a change of a subscription: of an official one all of the party's officers and managers."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from notify.accounts.tables import people, person_roles
from notify.delivery import letters
from notify.delivery.subscription_models import Subscription
from notify.office import Act

What = Literal["created", "changed", "switched_on", "switched_off", "deleted", "rotated"]


async def tell_officers(act: Act, row: Subscription, what: What) -> None:
    """Owe a letter to every officer of the party, each in their language; nothing for a personal subscription."""
    if row["kind"] != "official":
        return
    facts: dict[str, object] = {
        "what": what, "channel": row["channel"], "address": row["address"], "by": act.actor.name,
    }  # fmt: skip
    for email, language in await _people(act, row, ("officer",)):
        await letters.write(act, "subscription_changed", email, language, facts, row["party"])


async def tell_disabled(act: Act, row: Subscription, reason: str) -> None:
    """Owe a letter on a subscription that the service itself switched off: to its owner, or all who manage it."""
    facts: dict[str, object] = {"channel": row["channel"], "address": row["address"], "reason": reason}
    for email, language in await _people(act, row, ("officer", "manager")):
        await letters.write(act, "subscription_disabled", email, language, facts, row["party"])


async def _people(act: Act, row: Subscription, roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """(mail address, language) of the party's people with one of the roles, and of a personal one's owner alone."""
    statement = sa.select(people.c.email, people.c.language).where(people.c.active, people.c.party == row["party"])
    if row["kind"] == "official":
        with_role = sa.select(person_roles.c.person_id).where(person_roles.c.role.in_(roles))
        statement = statement.where(people.c.id.in_(with_role))
    else:
        statement = statement.where(people.c.id == row["person_id"])
    found = await act.connection.execute(statement.order_by(people.c.id))
    return [(email, language) for email, language in found]
