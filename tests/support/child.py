"""Processes that tests start: none of them outlives the tests, whatever happens to these."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildError(Exception):
    """A process did not start or ended too soon; the message holds the end of its log."""


class Child:
    """One process in a session of its own, its output in ``log``.

    ``user`` is the name of the account that it runs as, for a test run by root. On Linux the kernel sends it
    ``orphaned`` when the tests' process dies without having stopped it.
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        log: Path,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str | None = None,
        orphaned: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                cwd=folder,
                start_new_session=True,
                preexec_fn=partial(_die_with_parent, orphaned),
                **as_user(user),
            )

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float = 20) -> None:
        """Wait for ``ready``, asked every 5 ms. Raises `ChildError` when it ends before or takes longer."""
        until = time.monotonic() + seconds
        while not ready():
            self.require_running()
            if time.monotonic() > until:
                raise ChildError(f"not ready after {seconds} s\n{self.tail()}")
            time.sleep(0.005)

    def require_running(self) -> None:
        """Raise `ChildError` when it has ended."""
        if not self.is_running:
            raise ChildError(f"ended with {self.process.returncode}\n{self.tail()}")

    def tail(self, characters: int = 4000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-characters:]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it and to every process that it started."""
        if self.is_running:
            os.killpg(self.pid, number)

    def pause(self) -> None:
        """SIGSTOP: it stands still and answers nothing, its connections stay open."""
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it goes on as if nothing had been."""
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9 of it and of every process that it started, and wait until it is gone."""
        self.send(signal.SIGKILL)
        self.process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 10) -> int:
        """Ask it to end and wait; kill -9 after ``seconds``. Answers its exit status, negative for a signal's."""
        self.resume()
        if self.is_running:
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.process.returncode


def as_user(user: str | None) -> dict[str, Any]:
    """The arguments of `subprocess` that start a process as another user; none for None."""
    if user is None:
        return {}
    import pwd

    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


# Below the ports that the system gives to outgoing connections: one of those may take the place of a program that was
# killed before it is started again. Every process of the tests begins somewhere else.
_PORTS = range(10_000, 32_000)
_next_port = itertools.count(os.getpid() * 7_919)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody has now, for a program that cannot choose one itself."""
    for number in itertools.islice(_next_port, len(_PORTS)):
        port = _PORTS[number % len(_PORTS)]
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ChildError(f"every port from {_PORTS[0]} to {_PORTS[-1]} is taken")


def _die_with_parent(number: signal.Signals) -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, number)
