"""Subscriptions: official ones of a party, which nothing narrows, and personal ones with filters.

What one may be is decided in `subscription_rules`; the links in its mails are in `subscription_links`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.actor import Actor
from notify.audit.lines import append
from notify.delivery import webhook_signature
from notify.delivery.expansion import owned, working
from notify.delivery.subscription_links import ask_to_confirm
from notify.delivery.subscription_links import confirm as confirm
from notify.delivery.subscription_links import unsubscribe as unsubscribe
from notify.delivery.subscription_models import Filters as Filters
from notify.delivery.subscription_models import Made, NewSubscription, Subscription, SubscriptionChange
from notify.delivery.subscription_news import What, tell_disabled, tell_officers
from notify.delivery.subscription_rules import (
    address_of,
    check_filters,
    check_not_last,
    check_room,
    filter_columns,
    lock_party,
    there,
)
from notify.delivery.subscription_rules import filters_of as filters_of
from notify.delivery.tables import deliveries, subscriptions
from notify.errors import LifecycleError, NotAllowed, NotVisible
from notify.ids import is_id, new_id, new_secret
from notify.language import text
from notify.notices.outbox import News, announce
from notify.office import Act
from notify.parties import directory
from notify.vault import token_hash

SECRET = "subscriptions.secret"  # noqa: S105 - the name of what is sealed
OLD_SECRET = timedelta(hours=24)
"""How long the old secret of a webhook signs too after a rotation."""


async def create(act: Act, body: NewSubscription) -> Made:
    """Subscribe. Official ones by managers, personal ones by anyone of the party."""
    actor = act.actor
    if body.kind == "official":
        actor.require("subscribe", "manager")
    else:
        actor.require("subscribe", "officer", "manager", "observer")
    party = actor.party
    if party is None:
        raise NotAllowed(text("Only people of a party subscribe."))
    address, host = address_of(body, act.office)
    await check_filters(act.connection, body.filters, body.kind)
    await lock_party(act, party)
    await check_room(act, party, body.kind)
    subscription_id = new_id()
    secret = webhook_signature.new_secret() if body.channel == "webhook" else None
    feed_token = new_secret() if body.channel == "feed" else None
    language = body.language or actor.language
    await act.connection.execute(
        sa.insert(subscriptions).values(
            id=subscription_id,
            party=party,
            kind=body.kind,
            person_id=actor.person_id,
            channel=body.channel,
            address=address,
            host=host,
            language=language,
            secret_sealed=act.vault.seal(secret, SECRET) if secret else None,
            feed_token_hash=token_hash(feed_token) if feed_token else None,
            generation=0,
            confirmed_at=None if body.channel == "email" else act.now,
            active=True,
            created_at=act.now,
            **filter_columns(body.filters),
        )
    )
    if body.channel == "email":
        await ask_to_confirm(act, subscription_id, address, language, party)
    made = Made(await get(act.connection, actor, subscription_id), secret, feed_token)
    await tell_officers(act, made.row, "created")
    await append(act, "subscription.create", "subscription", subscription_id, channel=body.channel, kind=body.kind)
    return made


async def change(act: Act, subscription_id: str, body: SubscriptionChange) -> Subscription:
    """Change language, filters, or switch on and off. The last working official one stays on."""
    row = await mine(act, subscription_id)
    what: What = "changed"
    values: dict[str, Any] = {}
    if body.language is not None and body.language != row["language"]:
        values["language"] = body.language
    if body.filters is not None:
        await check_filters(act.connection, body.filters, row["kind"])
        values.update(filter_columns(body.filters))
    if body.active is not None and body.active != row["active"]:
        if not body.active:
            await check_not_last(act, row)
        what = "switched_on" if body.active else "switched_off"
        values["active"] = body.active
        values["disabled_reason"] = None if body.active else "owner"
        values["failing_since"] = None
        if row["disabled_reason"] == "unsubscribed":
            values["confirmed_at"] = None  # whoever reads that mailbox ended it: they are asked again
    if values:
        await act.connection.execute(
            sa.update(subscriptions).where(subscriptions.c.id == subscription_id).values(**values)
        )
        if "confirmed_at" in values:
            await ask_to_confirm(act, row["id"], row["address"], body.language or row["language"], row["party"])
        await tell_officers(act, row, what)
        await append(act, "subscription.change", "subscription", subscription_id, what=what)
    return await get(act.connection, act.actor, subscription_id)


async def delete(act: Act, subscription_id: str) -> None:
    """End a subscription and forget its address; what was delivered stays proved."""
    row = await mine(act, subscription_id)
    await check_not_last(act, row)
    await act.connection.execute(
        sa.update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(
            active=False, disabled_reason="deleted", address="", host="", secret_sealed=None,
            old_secret_sealed=None, feed_token_hash=None,
        )
    )  # fmt: skip
    await tell_officers(act, row, "deleted")
    await append(act, "subscription.delete", "subscription", subscription_id)


async def rotate_secret(act: Act, subscription_id: str) -> Made:
    """A new secret for a webhook (the old one signs too for a day), or a new token for a feed (the old one ends)."""
    row = await mine(act, subscription_id)
    if row["channel"] == "email":
        raise LifecycleError(text("A mail subscription has no secret. Rotate that of a webhook or a feed."))
    secret = webhook_signature.new_secret() if row["channel"] == "webhook" else None
    feed_token = new_secret() if row["channel"] == "feed" else None
    await act.connection.execute(
        sa.update(subscriptions)
        .where(subscriptions.c.id == subscription_id)
        .values(
            secret_sealed=act.vault.seal(secret, SECRET) if secret else None,
            old_secret_sealed=row["secret_sealed"],
            old_secret_until=act.now + OLD_SECRET if secret else None,
            feed_token_hash=token_hash(feed_token) if feed_token else None,
        )
    )
    await tell_officers(act, row, "rotated")
    await append(act, "subscription.rotate", "subscription", subscription_id)
    return Made(await get(act.connection, act.actor, subscription_id), secret, feed_token)


async def disable(act: Act, subscription_id: str, reason: str) -> None:
    """Switch off what its receiver says is gone (410), and tell its owner, or the party's officers and managers."""
    switched_off = await act.connection.execute(
        sa.update(subscriptions)
        .where(subscriptions.c.id == subscription_id, subscriptions.c.active)
        .values(active=False, disabled_reason=reason)
        .returning(subscriptions)
    )
    found = switched_off.first()
    if found is None:
        return
    row = found._asdict()
    await tell_disabled(act, row, reason)
    if row["kind"] == "official":
        news = News("subscription.disabled", party=row["party"], facts={"subscription": row["id"], "reason": reason})
        await announce(act, news, {row["party"]})
    await append(act, "subscription.disable", "subscription", subscription_id, reason=reason)


async def get(connection: AsyncConnection, viewer: Actor, subscription_id: str) -> Subscription:
    """One that the viewer may see: their party's official ones, and their own. Raises `NotVisible`."""
    if not is_id(subscription_id):
        raise NotVisible()
    statement = sa.select(subscriptions, last_success()).where(subscriptions.c.id == subscription_id, visible(viewer))
    row = (await connection.execute(statement)).first()
    if row is None:
        raise NotVisible()
    return row._asdict()


async def list_of(connection: AsyncConnection, viewer: Actor) -> Sequence[Subscription]:
    """All that the viewer may see: official ones first, then by age."""
    statement = (
        sa.select(subscriptions, last_success())
        .where(visible(viewer))
        .order_by(subscriptions.c.kind, subscriptions.c.created_at, subscriptions.c.id)
    )
    return [row._asdict() for row in await connection.execute(statement)]


def last_success() -> sa.Label[Any]:
    """When a subscription's receiver last took something: the column ``last_success_at``."""
    d = deliveries.c
    arrived = sa.select(sa.func.max(d.finished_at)).where(
        d.subscription_id == subscriptions.c.id, d.status.in_(("delivered", "handed_over"))
    )
    return arrived.scalar_subquery().label("last_success_at")


async def by_feed_token(connection: AsyncConnection, token: str) -> Subscription | None:
    """The active subscription whose feed this is."""
    statement = sa.select(subscriptions).where(
        subscriptions.c.feed_token_hash == token_hash(token), subscriptions.c.active, owned()
    )
    row = (await connection.execute(statement)).first()
    return None if row is None else row._asdict()


async def reachable(connection: AsyncConnection) -> dict[str, bool]:
    """For every party, whether it has an official subscription that is switched on and confirmed.

    Whether it fails at present is not looked at: that would tell of notices that the reader may not see.
    """
    return await _parties_with(connection, working())


async def arriving(connection: AsyncConnection) -> dict[str, bool]:
    """For every party, whether an official subscription works that is not failing now: for itself and operators."""
    return await _parties_with(connection, working() & subscriptions.c.failing_since.is_(None))


async def _parties_with(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> dict[str, bool]:
    query = sa.select(subscriptions.c.party).where(which, subscriptions.c.kind == "official").distinct()
    found = set((await connection.execute(query)).scalars())
    return {party.code: party.code in found for party in (await directory.load(connection)).all()}


def visible(viewer: Actor) -> sa.ColumnElement[bool]:
    """The condition on `subscriptions` for a viewer; who only observes sees none but their own."""
    s = subscriptions.c
    if viewer.party is None:
        return sa.false()
    own = sa.and_(s.kind == "personal", s.person_id == viewer.person_id)
    official = sa.and_(s.kind == "official", s.party == viewer.party) if not viewer.only_observer else sa.false()
    return sa.and_(there(), s.party == viewer.party, sa.or_(own, official))


async def mine(act: Act, subscription_id: str) -> Subscription:
    """One that the actor may change, its party's subscriptions locked. Raises `NotVisible` and `NotAllowed`."""
    row = await get(act.connection, act.actor, subscription_id)
    if row["kind"] == "official":
        act.actor.require("subscribe", "manager")
    else:
        act.actor.require("subscribe", "officer", "manager", "observer")
    await lock_party(act, row["party"])
    return await get(act.connection, act.actor, subscription_id)
