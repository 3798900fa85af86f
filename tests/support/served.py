"""A site of real processes as its users and neighbours meet it: Peru publishes by the API, Bolivia's receiver hears."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from notify.actor import COMMAND
from notify.clock import system_clock
from notify.notices import signatures
from notify.settings import Settings
from tests.support.api import make_token
from tests.support.notices import days
from tests.support.office import open_office
from tests.support.people import enrol
from tests.support.posting import example, subscribed
from tests.support.receiver import Receiver


@dataclass(frozen=True)
class Peru:
    """Peru's officer with a token, on a site of which Bolivia's receiver is told."""

    url: str
    token: str

    async def publishes(self) -> tuple[dict[str, Any], float]:
        """Publish an exercise that begins in two months; answers the notice, and the seconds that publishing took."""
        first = datetime.now(UTC).date() + timedelta(days=60)
        period = days(first.isoformat(), (first + timedelta(days=3)).isoformat())
        timeout = aiohttp.ClientTimeout(total=30)
        headers = {"authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=False) as client:
            notices = f"{self.url}/api/v1/notices"
            async with client.post(notices, json=example(period=period, observation=None)) as answer:
                assert answer.status == 201, await answer.text()
                draft = await answer.json()
            began = time.perf_counter()
            async with client.post(f"{notices}/{draft['id']}/publish") as answer:
                took = time.perf_counter() - began
                assert answer.status == 200, await answer.text()
                return await answer.json(), took


async def neighbours(settings: Settings, url: str, receiver: Receiver) -> Peru:
    """People and a webhook on the database of a site, made by the verbs by the machine's clock."""
    async with open_office(settings, system_clock) as office:
        async with office.act(COMMAND) as act:
            await signatures.ensure_key(act)
        officer = await enrol(office, "PER", "officer")
        manager = await enrol(office, "BOL", "manager")
        await subscribed(office, manager, "webhook", receiver.url("/bolivia"))
        return Peru(url, await make_token(office, officer))
