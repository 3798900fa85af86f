"""How often: tries to sign in, letters for a lost password, requests of a token.

Counts are in Redis when it is set, so that all processes share them, else in this process. When Redis does not answer,
this process counts alone for a few seconds and then asks again: nobody waits for it, and nobody is let through.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from notify.errors import TooMany
from notify.language import ntext

log = structlog.get_logger()

SIGN_IN_AN_ADDRESS = RateLimitItemPerMinute(30, 5, namespace="sign-in-address")
SIGN_IN_AN_ACCOUNT_FROM_AN_ADDRESS = RateLimitItemPerMinute(10, 5, namespace="sign-in-both")
SIGN_IN_AN_ACCOUNT = RateLimitItemPerMinute(100, 5, namespace="sign-in-account")
"""From anywhere: so many that whoever guesses from one address, or from a few, keeps nobody else out."""

LETTERS_AN_ACCOUNT = RateLimitItemPerMinute(3, 60, namespace="letter-account")
LETTERS_AN_ADDRESS = RateLimitItemPerMinute(20, 60, namespace="letter-address")

REDIS_SECONDS = 0.25
"""How long Redis may take to answer before this process counts alone…"""

ALONE_SECONDS = 5.0
"""… and for how long."""

SIDE_BY_SIDE = 16
"""Questions to Redis at a time: a burst of requests waits for its turn, and does not open a connection each."""


@dataclass(frozen=True)
class _Count:
    item: RateLimitItem
    key: str


class Throttle:
    """The counts of one process, made once; ``redis_url`` as the setting says, None for counts in memory."""

    def __init__(self, redis_url: str | None = None, alone_seconds: float = ALONE_SECONDS) -> None:
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._connections = _connections(redis_url) if redis_url else None
        self._shared = FixedWindowRateLimiter(_redis(self._connections)) if self._connections else None
        self._slots = asyncio.Semaphore(SIDE_BY_SIDE)
        self._alone_seconds = alone_seconds
        self._alone_until = 0.0

    async def try_sign_in(self, account: str, address: str) -> None:
        """Count a try, before the password is looked at. Raises `TooMany`.

        ``account`` is a pseudonym of the mail address; ``address`` the visitor's IP address.
        """
        await self._take(_sign_in_counts(account, address))

    async def signed_in(self, account: str, address: str) -> None:
        """Give a try back: it was right. Wrong ones stay counted."""
        for count in _sign_in_counts(account, address):
            await self._hit(count, -1)

    async def ask_for_letter(self, account: str, address: str) -> None:
        """Count a request for a letter about a lost password. Raises `TooMany`."""
        await self._take([_Count(LETTERS_AN_ADDRESS, network_of(address)), _Count(LETTERS_AN_ACCOUNT, account)])

    async def hit(self, key: str, per_second: int = 200) -> None:
        """Count a request with a token, which ``key`` names. Raises `TooMany`."""
        await self._take([_Count(RateLimitItemPerSecond(per_second, namespace="token"), key)])

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._connections is not None:
            await self._connections.disconnect()

    async def _take(self, counts: list[_Count]) -> None:
        """Count in this order, up to the first that has nothing left: who is kept out uses up nobody else's tries."""
        for count in counts:
            seconds = await self._hit(count, 1)
            if seconds:
                what = ntext(
                    "Too many tries. Wait %(n)s second and try again.",
                    "Too many tries. Wait %(n)s seconds and try again.",
                    seconds,
                )
                raise TooMany(what, retry_after=seconds)

    async def _hit(self, count: _Count, cost: int) -> int:
        """0, or for how many seconds there is nothing left."""
        if self._shared is not None and not self._is_alone:
            async with self._slots:
                if not self._is_alone:  # whoever waited behind one that failed does not try again
                    try:
                        return await _hit(self._shared, count, cost)
                    except StorageError as error:
                        self._go_alone(error)
        return await _hit(self._memory, count, cost)

    @property
    def _is_alone(self) -> bool:
        return time.monotonic() < self._alone_until

    def _go_alone(self, error: StorageError) -> None:
        if not self._is_alone:
            log.warning("throttle.alone", seconds=self._alone_seconds, error=str(error))
        self._alone_until = time.monotonic() + self._alone_seconds


async def _hit(limiter: FixedWindowRateLimiter, count: _Count, cost: int) -> int:
    if await limiter.hit(count.item, count.key, cost=cost):
        return 0
    window = await limiter.get_window_stats(count.item, count.key)
    return max(1, math.ceil(window.reset_time - time.time()))


def _connections(url: str) -> ConnectionPool:
    return ConnectionPool.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)


def _redis(connections: ConnectionPool) -> Storage:
    return RedisStorage(
        "async+redis://",  # the pool knows where
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="csbm",
        connection_pool=connections,  # type: ignore[arg-type]  # its type of an option leaves out what it documents
    )


def _sign_in_counts(account: str, address: str) -> list[_Count]:
    network = network_of(address)
    return [
        _Count(SIGN_IN_AN_ADDRESS, network),
        _Count(SIGN_IN_AN_ACCOUNT_FROM_AN_ADDRESS, f"{account} {network}"),
        _Count(SIGN_IN_AN_ACCOUNT, account),
    ]


def network_of(address: str) -> str:
    """What one visitor can count as: an IPv4 address, or the /64 of an IPv6 address, which one customer holds whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address  # a Unix socket, or a proxy that names its client otherwise
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
