"""The links of mail subscriptions: one confirms the address, one in every personal mail ends it (RFC 8058)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify import links
from notify.actor import Actor
from notify.audit.lines import append
from notify.delivery import letters
from notify.delivery.subscription_models import Subscription
from notify.delivery.tables import subscriptions
from notify.errors import NotVisible
from notify.ids import is_id
from notify.office import Act, Office

CONFIRM = "confirm"
UNSUBSCRIBE = "unsubscribe"


async def confirm(office: Office, token: str) -> Subscription:
    """Confirm a mail address by its link. Confirmed again, it stays confirmed. Raises `NotVisible`."""
    async with office.database.read() as connection:
        row = await by_link(connection, office, token, CONFIRM)
    async with office.act(_holder(row)) as act:
        confirmed = await act.connection.execute(
            sa.update(subscriptions)
            .where(subscriptions.c.id == row["id"], subscriptions.c.confirmed_at.is_(None))
            .values(confirmed_at=act.now)
            .returning(subscriptions.c.id)
        )
        if confirmed.first() is not None:
            await append(act, "subscription.confirm", "subscription", row["id"])
        return await by_link(act.connection, office, token, CONFIRM)


async def unsubscribe(office: Office, token: str) -> Subscription:
    """End a personal mail subscription by its link. Raises `NotVisible`."""
    async with office.database.read() as connection:
        row = await by_link(connection, office, token, UNSUBSCRIBE)
    if row["kind"] != "personal":
        raise NotVisible()
    async with office.act(_holder(row)) as act:
        ended = await act.connection.execute(
            sa.update(subscriptions)
            .where(subscriptions.c.id == row["id"], subscriptions.c.active)
            .values(active=False, disabled_reason="unsubscribed")
            .returning(subscriptions.c.id)
        )
        if ended.first() is not None:
            await append(act, "subscription.unsubscribe", "subscription", row["id"])
        return await by_link(act.connection, office, token, UNSUBSCRIBE)


async def by_link(connection: AsyncConnection, office: Office, token: str, purpose: str) -> Subscription:
    """The subscription that a link of this purpose is for. Raises `NotVisible`."""
    row_id = links.row_of(token)
    if not is_id(row_id):
        raise NotVisible()
    found = (await connection.execute(sa.select(subscriptions).where(subscriptions.c.id == row_id))).first()
    if found is None or found.disabled_reason == "deleted":
        raise NotVisible()
    links.check(office.vault, token, purpose, row_id, found.generation)
    return found._asdict()


def unsubscribe_token(office: Office, row: Subscription) -> str:
    """The token of the link in every mail of a personal subscription."""
    return links.make(office.vault, UNSUBSCRIBE, str(row["id"]), int(row["generation"]))


async def ask_to_confirm(act: Act, subscription_id: str, address: str, language: str, party: str) -> None:
    """Owe the letter with the link that confirms the address of a subscription, new or ended there."""
    token = links.make(act.vault, CONFIRM, subscription_id, 0)
    facts: dict[str, object] = {"link": f"{act.office.settings.base_url}/confirm/{token}", "party": party}
    await letters.write(act, "confirm", address, language, facts, party)


def _holder(row: Subscription) -> Actor:
    return Actor(kind="link", via="link", party=row["party"], person_id=row["person_id"])
