"""The wake over arq: one job without payload that says “look now”. It may be lost; the worker looks by itself too.

It holds no payload, retry, order, dedupe or schedule: those are rows. With a fixed job id a wake during a run would be
lost, so it has none; with Valkey stopped ``enqueue_job`` hangs, so it is sent in the background within half a second.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings
from redis.exceptions import RedisError

log = structlog.get_logger("wake")

QUEUE = "csbm-notify"
JOB = "wake"
SECONDS = 0.5


def redis_settings(url: str) -> RedisSettings:
    """Connection settings that give up soon: nobody waits for a wake."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 1
    settings.conn_retries = 1
    settings.conn_retry_delay = 0
    return settings


class RedisWake:
    """Calling it returns at once; the wake is sent behind the caller's back, and errors are logged."""

    def __init__(self, url: str) -> None:
        self._settings = redis_settings(url)
        self._pool: ArqRedis | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self) -> None:
        if len(self._tasks) < 10:  # more under way would say nothing new
            task = asyncio.create_task(self._send())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                if self._pool is None:
                    self._pool = await create_pool(self._settings, default_queue_name=QUEUE)
                await self._pool.enqueue_job(JOB, _expires=30)
        except (TimeoutError, RedisError, OSError) as error:
            log.warning("wake_lost", error=type(error).__name__)
            pool, self._pool = self._pool, None
            if pool is not None:
                with contextlib.suppress(TimeoutError, RedisError, OSError):
                    async with asyncio.timeout(SECONDS):
                        await pool.aclose()

    async def close(self) -> None:
        """Let what is under way end, and close the pool."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._pool is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._pool.aclose()
