"""``csbm-notify worker``."""

from __future__ import annotations

from notify.commands.opening import open_office, read_settings, run
from notify.commands.output import Lease, Look, Margin


def worker(lease: Lease = None, look: Look = None, margin: Margin = None) -> None:
    """Expand events and deliver, until SIGTERM or Ctrl-C; what is being sent is finished first.

    Looks at the database every second by itself; with NOTIFY_REDIS_URL it is woken besides. More workers, on one
    machine or several, share the work.
    """
    run(_work(lease, look, margin))


async def _work(lease: float | None, look: float | None, margin: float | None) -> None:
    from notify import memory
    from worker import process
    from worker.pace import pace_of

    settings = read_settings(quiet=False)
    async with open_office(settings) as office:
        memory.settle()
        await process.run(office, pace_of(settings, lease=lease, look=look, margin=margin))
