"""The worker's settings for arq run alone: ``arq worker.settings.WorkerSettings``.

The loop looks at the database by itself too, so that a lost wake costs a second.
"""

from __future__ import annotations

import asyncio
from typing import Any

from arq.connections import RedisSettings

from notify import logs, settings
from notify.database import Database
from notify.migrations import require_current
from notify.office import Office
from notify.vault import Vault
from worker import jobs
from worker.assembly import make_loop
from worker.wake import QUEUE, RedisWake, redis_settings


async def start(ctx: dict[str, Any]) -> None:
    """Start the loop."""
    read = settings.load()
    logs.configure(read)
    database = Database(read.database)
    await require_current(database)
    office = Office(read, database, Vault(read.key()))
    if read.redis_url:
        office.wake = ctx["wake"] = RedisWake(read.redis_url)
    ctx["office"] = office
    ctx["loop"] = make_loop(office)
    ctx["running"] = asyncio.create_task(ctx["loop"].run())


async def stop(ctx: dict[str, Any]) -> None:
    """Stop the loop that `start` started."""
    if "running" in ctx:
        await ctx["loop"].stop()
        await ctx["running"]
        if "wake" in ctx:
            await ctx["wake"].close()
        await ctx["office"].close()


def _redis() -> RedisSettings:
    url = settings.load().redis_url
    return redis_settings(url) if url else RedisSettings()


class WorkerSettings:
    """What arq reads. A wake is never repeated, and its result is kept by nobody."""

    functions = jobs.FUNCTIONS
    queue_name = QUEUE
    on_startup = start
    on_shutdown = stop
    keep_result = jobs.KEEP_RESULT
    max_tries = jobs.MAX_TRIES
    max_jobs = jobs.MAX_JOBS
    job_timeout = jobs.JOB_SECONDS
    poll_delay = jobs.POLL_DELAY
    health_check_interval = 60
    handle_signals = True
    redis_settings = _redis()
