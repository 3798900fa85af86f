"""Messages of deliveries, made a claim at a time: while thousands of mails are made, others have their turn."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from notify.actor import WORKER
from notify.delivery import bodies, claims
from notify.delivery.channels.email import MailMessage
from notify.delivery.news_mail import NewsMails
from notify.office import Office
from tests.conftest import MakeActor
from tests.support.posting import looping, published, subscribed

OFFICES = 15


async def test_while_many_mails_are_made_others_have_their_turn(
    office: Office, actor: MakeActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "AT_ONCE", 0.0)
    manager = await actor("BOL", "manager")
    for number in range(OFFICES):
        await subscribed(office, manager, "email", f"office{number}@bol.example")
    await published(office, await actor("PER", "officer"))
    async with looping(office) as loop:
        await loop._expand()
        async with office.act(WORKER) as act:
            held = await claims.claim(act.connection, act.now, "t", limit=99, lease=timedelta(seconds=9))
        mails = [one for one in held if one.kind == "event"]
        made = 0
        turns: list[int] = []
        mail = NewsMails.mail

        def counted(*arguments: Any) -> MailMessage:
            nonlocal made
            made += 1
            return mail(*arguments)

        async def others() -> None:
            while True:
                turns.append(made)
                await asyncio.sleep(0)

        monkeypatch.setattr(NewsMails, "mail", counted)
        task = asyncio.create_task(others())
        messages = await loop._messages(mails)
        task.cancel()
    assert len(messages) == OFFICES
    assert set(turns) >= set(range(OFFICES))
