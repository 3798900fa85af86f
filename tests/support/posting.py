"""Notices, subscriptions and a loop as the tests of deliveries need them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from notify.actor import Actor
from notify.delivery import subscriptions
from notify.delivery.subscription_models import Made, NewSubscription
from notify.delivery.tables import subscriptions as subscriptions_table
from notify.links import make
from notify.notices import drafts, lifecycle, signatures
from notify.notices.notice import Notice
from notify.office import Office
from notify.settings import Settings
from worker.assembly import make_loop
from worker.loop import Loop
from worker.pace import Pace

EXAMPLES = Path(__file__).parents[1] / "data" / "examples"

QUICK = Pace(look=0.05, record=0.005, heartbeat=1, answer=2)
"""A loop that does not let the tests wait."""


def example(name: str = "exercise", **changes: object) -> dict[str, Any]:
    """A notice of the examples as it is posted, with some top-level fields replaced."""
    body: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return body | changes


async def published(office: Office, officer: Actor, body: Mapping[str, Any] | None = None) -> Notice:
    """A notice of the officer's state, published; the exercise of the examples unless another is given."""
    async with office.act(Actor("command", "command")) as act:
        await signatures.ensure_key(act)
    async with office.act(officer) as act:
        draft = await drafts.create(act, body or example())
        return await lifecycle.publish(act, draft.id)


async def amended(
    office: Office, officer: Actor, notice: Notice, changes: Mapping[str, Any], reason: dict[str, str] | None = None
) -> Notice:
    """The notice after an amendment."""
    async with office.act(officer) as act:
        return await lifecycle.amend(act, notice.id, changes, reason)


async def subscribed(
    office: Office,
    who: Actor,
    channel: str,
    address: str,
    *,
    kind: str = "official",
    language: str = "es",
    filters: Mapping[str, Any] | None = None,
    confirm: bool = True,
) -> Made:
    """A subscription made by its verb; a mail address is confirmed by its link."""
    body = NewSubscription.model_validate(
        {"channel": channel, "kind": kind, "address": address, "language": language, "filters": filters}
    )
    async with office.act(who) as act:
        made = await subscriptions.create(act, body)
    if channel == "email" and confirm:
        await subscriptions.confirm(office, make(office.vault, "confirm", made.row["id"], 0))
    return made


async def subscription_row(office: Office, subscription_id: str) -> dict[str, Any]:
    """A subscription as it is in its table."""
    async with office.database.read() as connection:
        s = subscriptions_table
        return dict((await connection.execute(sa.select(s).where(s.c.id == subscription_id))).mappings().one())


@asynccontextmanager
async def looping(office: Office, pace: Pace = QUICK, **settings: object) -> AsyncIterator[Loop]:
    """A loop to be drained by hand, with some settings replaced; its connections are closed at the end."""
    loop = make_loop(office_with(office, **settings) if settings else office, "worker", pace)
    try:
        yield loop
    finally:
        for channel in loop.channels.values():
            await channel.close()


def office_with(office: Office, **settings: object) -> Office:
    """The same office with some settings replaced."""
    return replace(office, settings=Settings.model_validate(office.settings.model_dump() | settings))
