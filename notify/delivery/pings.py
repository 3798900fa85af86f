"""A trial message to one subscription: it goes the whole way of every other, and tells of nothing."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from notify.audit.lines import append
from notify.delivery.expansion import working
from notify.delivery.mail_rendering import Button, ShortMail, service_name
from notify.delivery.subscription_models import Subscription
from notify.delivery.subscriptions import mine
from notify.delivery.tables import deliveries, subscriptions
from notify.errors import LifecycleError, TooMany
from notify.ids import new_id
from notify.language import text, translator
from notify.notices.notice import dumps
from notify.notices.tables import events
from notify.office import Act
from notify.parties.directory import Directory

PING = "ping"

MINUTE = timedelta(minutes=1)
A_MINUTE = 10
"""Trial messages to one subscription."""


async def send_test(act: Act, subscription_id: str) -> str:
    """Owe a trial message to a subscription of the actor's; answers the delivery's id.

    Raises `LifecycleError` for a feed, which is fetched, and for one that is switched off or not confirmed; `TooMany`
    after `A_MINUTE`, since anybody's address may be tried.
    """
    row = await mine(act, subscription_id)
    if row["channel"] == "feed":
        raise LifecycleError(text("Nothing is sent to a feed. Open its address to try it."))
    s = subscriptions.c
    if not await act.connection.scalar(sa.select(sa.exists().where(s.id == subscription_id, working()))):
        raise LifecycleError(text("Switch the subscription on and confirm its address first, then try it."))
    d = deliveries.c
    lately = sa.select(sa.func.count()).where(
        d.subscription_id == subscription_id, d.lane.startswith("p:"), d.created_at > act.now - MINUTE
    )
    if (await act.connection.scalar(lately) or 0) >= A_MINUTE:
        raise TooMany(text("Too many trial messages were sent. Try again in a minute."), retry_after=60)
    event_id, delivery_id = new_id(), new_id()
    await act.connection.execute(
        sa.insert(events).values(
            id=event_id,
            type=PING,
            at=act.now,
            number=0,
            party=row["party"],
            facts=dumps({"subscription": subscription_id}),
            request_id=act.actor.request_id,
            expanded_at=act.now,  # its only delivery is the one below
        )
    )
    await act.connection.execute(
        sa.insert(deliveries).values(
            id=delivery_id,
            kind="event",
            lane=f"p:{delivery_id}",
            number=0,
            supersedable=False,
            overtaken=False,
            event_id=event_id,
            party=row["party"],
            subscription_id=subscription_id,
            channel=row["channel"],
            host=row["host"],
            status="pending",
            attempts=0,
            due_at=act.now,
            created_at=act.now,
        )
    )
    await act.connection.execute(sa.update(subscriptions).where(s.id == subscription_id).values(last_test_at=act.now))
    act.wakes = True
    await append(act, "subscription.test", "subscription", subscription_id)
    return delivery_id


def ping_mail(subscription: Subscription, directory: Directory, base_url: str) -> ShortMail:
    """The trial message as a mail."""
    say = translator(subscription["language"])
    party = directory.name(subscription["party"], subscription["language"])
    return ShortMail(
        language=subscription["language"],
        subject=say(text("Trial message")),
        service=service_name(say),
        heading=say(text("Trial message")),
        paragraphs=(
            say(text("This subscription of %(party)s works: advance notices arrive at this address.", party=party)),
            say(text("Nobody has posted anything. There is nothing to do.")),
        ),
        buttons=(Button(say(text("Open the subscriptions")), f"{base_url}/subscriptions"),),
        notes=(say(text("Nobody reads answers to this address.")),),
    )
