"""Webhooks: one POST, signed; any 2xx is success, 410 switches off, redirects are not followed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp.payload import BytesPayload
from yarl import URL

from notify.delivery.addresses import is_public
from notify.delivery.channels.resolver import Lookup, Resolver
from notify.delivery.outcome import DELIVERED, Outcome
from notify.delivery.webhook_signature import signatures
from notify.settings import Settings

ANSWER_SECONDS = 15.0
"""An answer later than this is a failure."""

LONGEST_ANSWER = 1_000
"""Bytes of an answer that are read, to be shown to the subscription's own party."""


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """One webhook; ``body`` is the same on every retry, and so is ``id``."""

    id: str
    url: str
    secrets: tuple[str, ...]
    body: bytes
    request_id: str = ""


class RefusedAddress(OSError):
    """The name resolved to an address that webhooks may not go to."""


class WebhookChannel:
    """Sends `WebhookMessage` over connections that are kept open."""

    side_by_side = 1_000

    def __init__(
        self, settings: Settings, seconds: float = ANSWER_SECONDS, lookup: Lookup = socket.getaddrinfo
    ) -> None:
        self._lookup = lookup
        self._allow_private = settings.webhook_allow_private
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Any) -> Outcome:
        """Send once. Never raises for what the receiver or the network does."""
        if not self._allow_private and not message.url.startswith("https://"):
            return Outcome("retry", error_class="refused_address")  # subscribed while the node allowed it
        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "csbm-notify/1",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signatures(message.secrets, message.id, timestamp, message.body),
        }
        try:
            session = self._session or self._open()
            async with session.post(
                _url(message.url), data=_payload(message.body), headers=headers, allow_redirects=False
            ) as answer:
                if 200 <= answer.status < 300:
                    return DELIVERED
                return _judge(answer.status, await _beginning(answer), answer.headers.get("retry-after"))
        except RefusedAddress:
            return Outcome("retry", error_class="refused_address")
        except TimeoutError:
            return Outcome("retry", error_class="timeout")
        except aiohttp.ClientConnectorDNSError as error:
            return Outcome("retry", error_class="dns", text=str(error))
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            return Outcome("retry", error_class="tls", text=str(error))
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, RefusedAddress):
                return Outcome("retry", error_class="refused_address")
            return Outcome("retry", error_class="connection", text=str(error))
        except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
            return Outcome("retry", error_class="connection", text=str(error) or type(error).__name__)

    async def close(self) -> None:
        """Close connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,
            ttl_dns_cache=60,
            resolver=Resolver(self._lookup),
            socket_factory=None if self._allow_private else _public_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=self._seconds),
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        return self._session


@lru_cache(maxsize=4_096)
def _url(address: str) -> URL:
    """An address read once: every notice goes to the same ones. Raises ValueError."""
    return URL(address)


@lru_cache(maxsize=256)
def _payload(body: bytes) -> BytesPayload:
    """A body made ready once: a notice goes out a thousand times in a few languages."""
    return BytesPayload(body, content_type="application/json")


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket for one resolved address, as it is dialled: a name that changed since it was checked leads nowhere."""
    family, kind, protocol, _, address = info
    if not is_public(address[0]):
        raise RefusedAddress("refused address")
    return socket.socket(family=family, type=kind, proto=protocol)


async def _beginning(answer: aiohttp.ClientResponse) -> str:
    """The first words of an answer; its status counts even if they never come."""
    with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
        return (await answer.content.read(LONGEST_ANSWER)).decode("utf-8", "replace").replace("\0", "")[:400]
    return ""


def _judge(status: int, words: str, retry_after: str | None) -> Outcome:
    said = f"{status} {words}".strip()
    if status == 410:
        return Outcome("gone", answer=status, error_class="gone", text=said)
    if 300 <= status < 400:
        return Outcome("retry", answer=status, error_class="redirect", text=said)
    error_class: Any = "answer_4xx" if status < 500 else "answer_5xx"
    return Outcome("retry", answer=status, error_class=error_class, text=said, retry_after=_seconds(retry_after))


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds from now; None when it is absent or unreadable."""
    if not retry_after:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
