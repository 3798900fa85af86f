"""``csbm-notify worker``: the loop with its own look every second, and arq beside it, restarted whenever it ends."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import structlog
from arq.worker import Worker
from redis.exceptions import RedisError

from notify.office import Office
from worker import jobs
from worker.assembly import make_loop
from worker.loop import Loop
from worker.pace import Pace
from worker.wake import QUEUE, RedisWake, redis_settings

log = structlog.get_logger("worker")

SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
"""Seconds between two starts of arq while Redis does not answer."""


async def run(office: Office, pace: Pace | None = None, *, until: asyncio.Event | None = None) -> None:
    """Work until SIGTERM or SIGINT, or ``until`` if given; what is being sent is finished first."""
    loop = make_loop(office, "worker", pace)
    redis_url = office.settings.redis_url
    wake = RedisWake(redis_url) if redis_url else None
    office.wake = wake if wake is not None else loop.wake
    if until is None:
        until = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, until.set)
    listening = asyncio.create_task(_listen(redis_url, loop)) if redis_url else None
    running = asyncio.create_task(loop.run())
    log.info("worker_started", worker=loop.id, redis=bool(redis_url))
    await until.wait()
    await loop.stop()
    await running
    if listening is not None:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
    if wake is not None:
        await wake.close()


async def _listen(url: str, loop: Loop) -> None:
    """Run arq for its wakes. With Redis stopped it dies; it is started again with a growing pause."""
    clock = asyncio.get_running_loop().time
    pause = SHORTEST_PAUSE
    while True:
        started = clock()
        worker: Worker | None = None
        try:
            worker = Worker(
                functions=jobs.FUNCTIONS,
                queue_name=QUEUE,
                redis_settings=redis_settings(url),
                keep_result=jobs.KEEP_RESULT,
                max_tries=jobs.MAX_TRIES,
                max_jobs=jobs.MAX_JOBS,
                job_timeout=jobs.JOB_SECONDS,
                poll_delay=jobs.POLL_DELAY,
                handle_signals=False,
                ctx={"loop": loop},
            )
            await worker.async_run()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("redis_lost", error=type(error).__name__)
            if clock() - started > LONGEST_PAUSE:
                pause = SHORTEST_PAUSE
        finally:
            if worker is not None:
                await _close(worker)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _close(worker: Worker) -> None:
    """Close arq's connections, whatever state Redis is in; a frozen one never answers."""
    try:
        async with asyncio.timeout(1):
            await worker.close()
    except (RedisError, OSError, TimeoutError):
        pass
    except asyncio.CancelledError:
        # A job of its own that it cancelled, unless it is we who are to end.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
