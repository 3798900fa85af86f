"""Serving the web application: the port first, then the database, then uvicorn, in one process or in several.

Processes beside the first are started anew and import `application`, so what they need to know stands in the
environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import FrameType
from typing import NoReturn

import structlog
import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from notify import logs, memory
from notify import settings as all_settings
from notify.app import create_app
from notify.limited_http import LimitedHttp
from notify.operation.metrics import SHARED
from notify.settings import Settings
from worker.pace import Pace

log = structlog.get_logger("serving")

HANDED_ON = "CSBM_NOTIFY_SERVING"
"""JSON {demonstration, pace}: what is no setting, and yet known to every process of one `serve`."""

KEEP_ALIVE_SECONDS = 15
STOP_SECONDS = 10
"""How long answers under way may take when the process is to end."""

MOST_CONNECTIONS = 2_000
"""Side by side, a process; more are told 503."""

START_FAILED = 3
"""Uvicorn's status when the application did not start: it has said why in the log."""


@dataclass(frozen=True)
class Given:
    """What `serve` was told beside the settings."""

    demonstration: bool = False
    pace: Pace | None = None


def application() -> Starlette:
    """The application by the environment: what a process beside the first one imports."""
    settings = all_settings.load()
    logs.configure(settings)
    handed_on = json.loads(os.environ.get(HANDED_ON, "{}"))
    pace = Pace(**handed_on["pace"]) if handed_on.get("pace") else None
    app = create_app(settings, demonstration=bool(handed_on.get("demonstration")), pace=pace)
    memory.settle()
    return app


def serve(settings: Settings, bound: socket.socket, workers: int, given: Given, started: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; ``started`` is called once the port answers. Answers the exit status."""
    signal.signal(signal.SIGTERM, _end)
    config = uvicorn.Config(
        application if workers == 1 else "notify.serving:application",
        factory=True,
        loop="uvloop",
        http=LimitedHttp,
        ws="none",
        lifespan="on",
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=MOST_CONNECTIONS,
    )
    os.environ[HANDED_ON] = json.dumps(
        {"demonstration": given.demonstration, "pace": asdict(given.pace) if given.pace else None}
    )
    if workers == 1:
        server = _Server(config, started)
        with contextlib.suppress(KeyboardInterrupt):
            server.run([bound])
        return 0 if server.started else START_FAILED
    with tempfile.TemporaryDirectory(prefix="csbm-notify-metrics-") as shared:
        os.environ[SHARED] = shared
        _Supervisor(config, [bound], started).run()
    return 0


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, told: Callable[[], None]) -> None:
        super().__init__(config)
        self._told = told
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._told()

    async def main_loop(self) -> None:
        """Tick once a second, not ten times: each tick wakes a processor that has nothing else to do."""
        tenths = 0
        while not await self.on_tick(tenths):
            tenths += 10
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._ending.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: no second is waited for its end."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)


class _Supervisor(Multiprocess):
    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], told: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._told = told

    def init_processes(self) -> None:
        super().init_processes()
        if self.processes[0].wait_until_ready(60, self.should_exit):
            self._told()


def _end(number: int, frame: FrameType | None) -> NoReturn:
    # Before uvicorn takes the signal over, and after: it sends it to itself again once it has ended in order.
    raise SystemExit(0)
