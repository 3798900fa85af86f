"""Names of receivers are looked up side by side."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from notify.delivery.channels import resolver
from notify.delivery.channels.resolver import Resolver
from notify.delivery.channels.webhook import WebhookChannel, WebhookMessage
from notify.delivery.outcome import Outcome
from notify.delivery.webhook_signature import new_secret
from notify.settings import Settings
from tests.support.outside import until
from tests.support.receiver import Receiver

SECONDS = 3.0


class Names:
    """What stands in for name servers: those of a silent name do not answer before the test is over."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.asked = 0

    def look(self, host: str, port: int, **more: Any) -> Any:
        self.asked += 1
        if host.startswith("silent"):
            self.over.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answered")
        if host.startswith("unknown"):
            raise socket.gaierror(socket.EAI_NONAME, "there is no such name")
        return socket.getaddrinfo("127.0.0.1", port, **more)


@pytest.fixture
def names() -> Iterator[Names]:
    made = Names()
    yield made
    made.over.set()


async def sent(channel: WebhookChannel, host: str, receiver: Receiver) -> Outcome:
    return await channel.send(WebhookMessage("1", f"http://{host}:{receiver.port}/hook", (new_secret(),), b"{}"))


async def test_who_waits_for_silent_name_servers_holds_up_nobody(names: Names, receiver: Receiver) -> None:
    channel = WebhookChannel(Settings(webhook_allow_private=True), SECONDS, names.look)
    silent = [asyncio.create_task(sent(channel, f"silent{n}.example", receiver)) for n in range(50)]
    await until(lambda: names.asked == len(silent))
    began = time.monotonic()
    outcomes = await asyncio.gather(*(sent(channel, f"good{n}.example", receiver) for n in range(10)))
    assert {outcome.kind for outcome in outcomes} == {"done"}
    assert time.monotonic() - began < SECONDS / 2
    assert (await sent(channel, "unknown.example", receiver)).error_class == "dns"
    assert {each.error_class for each in await asyncio.gather(*silent)} == {"timeout"}
    await channel.close()


async def test_so_many_are_looked_up_and_no_more(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "SIDE_BY_SIDE", 2)
    made = Resolver(names.look)
    waiting = [asyncio.create_task(made.resolve(f"silent{n}.example", 443)) for n in range(3)]
    await asyncio.sleep(0.1)
    assert names.asked == 2
    waiting[0].cancel()  # its thread goes on, and holds its place
    await asyncio.sleep(0.1)
    assert names.asked == 2
    names.over.set()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError, socket.gaierror, socket.gaierror]
    (found,) = await made.resolve("good.example", 443)
    assert (found["hostname"], found["host"], found["port"]) == ("good.example", "127.0.0.1", 443)
