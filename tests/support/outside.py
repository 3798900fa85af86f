"""What the servers of the outside world share: a loop in a thread of its own, and waiting for what they receive.

In a thread they answer whatever a test does meanwhile: waits for a process, drives a browser, sleeps.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class OutsideLoop:
    """An event loop in a thread, from the constructor to `close`."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T], seconds: float = 10) -> T:
        """Run a coroutine there and answer its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def close(self) -> None:
        """Cancel what is left there and end the thread."""
        self.do(self._cancel_rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def _cancel_rest(self) -> None:
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def until(ready: Callable[[], object], seconds: float = 10, what: str = "what was waited for") -> None:
    """Wait until ``ready`` is true, asked every 10 ms. Raises AssertionError after ``seconds``."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not after {seconds} s")
        await asyncio.sleep(0.01)
