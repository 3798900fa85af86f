"""What a subscription may be: its address, its filters, how many a party has, and that one official one works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.delivery.addresses import check_mailbox, check_url
from notify.delivery.expansion import RULES, working
from notify.delivery.subscription_models import Filters, NewSubscription, Subscription
from notify.delivery.tables import subscriptions
from notify.errors import Fault, Invalid, LifecycleError, TooMany
from notify.language import text
from notify.office import Act, Office
from notify.parties import directory
from notify.parties.tables import parties

HOUR = timedelta(hours=1)


def there() -> sa.ColumnElement[bool]:
    """Not deleted: a deleted one stays as a row without its address, for what was delivered to it."""
    reason = subscriptions.c.disabled_reason
    return sa.or_(reason.is_(None), reason != "deleted")


def address_of(body: NewSubscription, office: Office) -> tuple[str, str]:
    """(address, host) of a new subscription, both empty for a feed. Raises `Invalid`."""
    if body.channel == "feed":
        if body.address:
            raise Invalid([Fault("/address", text("A feed has no address: it is fetched. Leave this out."))])
        return "", ""
    if not body.address:
        raise Invalid([Fault("/address", text("Say where to send: a mail address, or an address with https://."))])
    if body.channel == "webhook":
        return body.address, check_url(body.address, allow_private=office.settings.webhook_allow_private)
    address = check_mailbox(body.address)
    return address, address.rpartition("@")[2].lower()


async def check_filters(connection: AsyncConnection, filters: Filters | None, kind: str) -> None:
    """Raise `Invalid` with every fault of the filters of a subscription of this kind."""
    if filters is None or not any(filter_columns(filters).values()):
        return
    if kind == "official":
        raise Invalid([Fault("/filters", text("An official subscription takes no filter: the party is told of all."))])
    states = {party.code for party in (await directory.load(connection)).states()}
    faults = [
        Fault(f"/filters/states/{i}", text("%(code)s is not a state of the OAS. Give codes such as PER.", code=code))
        for i, code in enumerate(filters.states or [])
        if code not in states
    ]
    faults += [
        Fault(f"/filters/rules/{i}", text("There is no such rule. Rules: %(rules)s.", rules=", ".join(RULES)))
        for i, rule in enumerate(filters.rules or [])
        if rule not in RULES
    ]
    if faults:
        raise Invalid(faults)


def filter_columns(filters: Filters | None) -> dict[str, str | None]:
    """The columns of filters: ``,4,18,``; null where nothing is narrowed."""

    def listed(items: Sequence[object] | None) -> str | None:
        return "," + ",".join(str(item) for item in dict.fromkeys(items)) + "," if items else None

    return {
        "filter_measures": listed(filters.measures if filters else None),
        "filter_states": listed(filters.states if filters else None),
        "filter_rules": listed(filters.rules if filters else None),
    }


def filters_of(row: Mapping[str, Any]) -> dict[str, list[Any]] | None:
    """The filters of a row as they were given; None: not narrowed."""
    found: dict[str, list[Any]] = {}
    if row["filter_measures"] is not None:
        found["measures"] = [int(m) for m in row["filter_measures"].strip(",").split(",")]
    if row["filter_states"] is not None:
        found["states"] = row["filter_states"].strip(",").split(",")
    if row["filter_rules"] is not None:
        found["rules"] = row["filter_rules"].strip(",").split(",")
    return found or None


async def lock_party(act: Act, party: str) -> None:
    """One change of a party's subscriptions at a time: two that each leave one must not together leave none."""
    await act.connection.execute(
        sa.select(parties.c.code).where(parties.c.code == party).with_for_update(key_share=True)
    )


async def check_room(act: Act, party: str, kind: str) -> None:
    """Raise `LifecycleError` when a locked party has as many of this kind as the node lets it have.

    Official ones and personal ones are counted apart: people must not keep their party from being told. Raises
    `TooMany` when twice as many were made within the hour, removed ones too: each may send a letter to anybody.
    """
    s = subscriptions.c
    most = act.office.settings.subscriptions_per_party
    of_kind = sa.and_(s.party == party, s.kind == kind)
    counted = sa.select(
        sa.func.count().filter(there()).label("held"),
        sa.func.count().filter(s.created_at > act.now - HOUR).label("made"),
    )
    found = (await act.connection.execute(counted.where(of_kind))).one()
    if found.held >= most:
        raise LifecycleError(text("The party has %(n)s subscriptions, the most that it can. Remove one first.", n=most))
    if found.made >= 2 * most:
        raise TooMany(
            text("Too many subscriptions were made within the hour. Try again in an hour."), retry_after=3_600
        )


async def check_not_last(act: Act, row: Subscription) -> None:
    """Raise `LifecycleError` for the last working official one of a locked party."""
    s = subscriptions.c
    official = sa.and_(s.party == row["party"], s.kind == "official", working())
    ids = set((await act.connection.execute(sa.select(s.id).where(official))).scalars())
    if ids == {row["id"]}:
        raise LifecycleError(
            text("This is the party's last working official subscription. Make another one work first.")
        )
