"""The programs as a user starts them, each a process of its own: `csbm-notify serve` and `csbm-notify worker`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from notify.settings import PREFIX, Settings
from tests.support.child import Child, ChildError, free_port
from tests.support.outside import until

ROOT = Path(__file__).parents[2]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The environment of a process: the tests' own without any setting, then ``settings``, then ``more``."""
    values = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    for field, value in settings.model_dump(exclude_defaults=True).items():
        values[PREFIX + field.upper()] = str(value).lower() if isinstance(value, bool) else str(value)
    return values | {"PYTHONUNBUFFERED": "1"} | more


def program(words: Sequence[str], values: Mapping[str, str], log: Path) -> Child:
    """Start ``csbm-notify`` with ``words``; its output is in ``log``."""
    return Child([sys.executable, "-m", "notify", *words], log, environment=values, folder=ROOT)


async def run(words: Sequence[str], values: Mapping[str, str], seconds: float = 60) -> tuple[int, str, str]:
    """Run ``csbm-notify`` with ``words`` to its end, and answer its exit status, output and error output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "notify", *words, env=dict(values), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        output, errors = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


class Web:
    """``csbm-notify serve`` on a free port of 127.0.0.1; BASE_URL is that address unless ``more`` sets one."""

    def __init__(self, settings: Settings, log: Path, *options: str, **more: str) -> None:
        self.settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._words = ("serve", "--host", "127.0.0.1", "--port", str(self.port), *options)
        self._values = environment(settings, **{f"{PREFIX}BASE_URL": self.url, **more})
        self._log = log
        self.child = program(self._words, self._values, log)

    def start_again(self) -> None:
        """Start it on the same port after it ended."""
        self.child = program(self._words, self._values, self._log)

    async def alive(self, seconds: float = 30) -> None:
        """Wait until it answers /healthz. Raises `ChildError` with its log when it ends."""
        await self._until("/healthz", seconds)

    async def ready(self, seconds: float = 30) -> None:
        """Wait until /readyz says that it and a worker are ready. Raises `ChildError` with its log when it ends."""
        await self._until("/readyz", seconds)

    async def _until(self, path: str, seconds: float) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5), trust_env=False) as client:
            end = asyncio.get_running_loop().time() + seconds
            answer = "no answer"
            while True:
                self.child.require_running()
                try:
                    async with client.get(self.url + path) as response:
                        if response.status == 200:
                            return
                        answer = f"{response.status} {await response.text()}"
                except aiohttp.ClientError as error:
                    answer = str(error)
                if asyncio.get_running_loop().time() > end:
                    raise ChildError(f"{path} after {seconds} s: {answer}\n{self.child.tail()}")
                await asyncio.sleep(0.05)


class Worker:
    """``csbm-notify worker``. Whether it works is seen at `Web.ready`, by its heartbeat."""

    def __init__(self, settings: Settings, log: Path, *options: str, **more: str) -> None:
        self._words = ("worker", *options)
        self._values = environment(settings, **more)
        self._log = log
        self.child = program(self._words, self._values, log)

    def start_again(self) -> None:
        """Start it anew after it ended."""
        self.child = program(self._words, self._values, self._log)

    async def logged(self, words: str, seconds: float = 20) -> None:
        """Wait until its log holds ``words``. Raises AssertionError."""
        await until(lambda: words in self._log.read_text(errors="replace"), seconds, f"“{words}” in {self._log}")


class Site:
    """The processes of one test: whatever was started is killed by `close`."""

    def __init__(self, settings: Settings, logs: Path) -> None:
        self.settings = settings
        self.logs = logs
        self.webs: list[Web] = []
        self.workers: list[Worker] = []

    def web(self, *options: str, **more: str) -> Web:
        """Start a web process."""
        started = Web(self.settings, self.logs / f"web{len(self.webs) + 1}.log", *options, **more)
        self.webs.append(started)
        return started

    def worker(self, *options: str, **more: str) -> Worker:
        """Start a worker."""
        started = Worker(self.settings, self.logs / f"worker{len(self.workers) + 1}.log", *options, **more)
        self.workers.append(started)
        return started

    def kill(self) -> None:
        """kill -9 of every process at once."""
        for child in self._children():
            child.send(signal.SIGKILL)
        for child in self._children():
            child.kill()

    def require_running(self) -> None:
        """Raise `ChildError` with its log when a process has ended."""
        for child in self._children():
            child.require_running()

    def close(self) -> None:
        """End everything, whatever its state; what they said last is shown when the test fails."""
        self.kill()
        for child in self._children():
            sys.stdout.write(f"{child.log.name}, ended with {child.process.returncode}:\n{child.tail(1500)}\n")

    def _children(self) -> list[Child]:
        return [web.child for web in self.webs] + [worker.child for worker in self.workers]
