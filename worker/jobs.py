"""The one job of the queue: “look now”. It says nothing else; what there is to do are rows of the database."""

from __future__ import annotations

from typing import Any

from arq.worker import Function, func

from worker.loop import Loop
from worker.wake import JOB


async def wake(ctx: dict[str, Any]) -> None:
    """Look for work now."""
    loop: Loop = ctx["loop"]
    await loop.wake()


FUNCTIONS: list[Function] = [func(wake, name=JOB, keep_result=0, max_tries=1)]

KEEP_RESULT = 0
MAX_TRIES = 1
MAX_JOBS = 10
JOB_SECONDS = 10
POLL_DELAY = 0.02
"""Seconds: wakes in 15 ms for 3 % of a core."""
