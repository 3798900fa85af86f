"""``csbm-notify`` as the tests call it: a process a command, forked from one that has imported the program."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.processes import ROOT

SECONDS = 120


class Commands:
    """One server of commands, from the constructor to `close`."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="notify-commands-")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.command_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
            bufsize=1,
            start_new_session=True,
        )

    async def run(self, words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        """Run a command to its end, and answer its exit status, output and error output."""
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.to_thread(self._run, words, environment)
        except TimeoutError:
            self.close()
            raise

    def close(self) -> None:
        """End the server and a command under way."""
        if self._server.poll() is None:
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        self._folder.cleanup()

    def _run(self, words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str, str]:
        assert self._server.stdin is not None and self._server.stdout is not None
        output, errors = Path(self._folder.name) / "output", Path(self._folder.name) / "errors"
        asked = {"words": list(words), "environment": dict(environment), "output": str(output), "errors": str(errors)}
        self._server.stdin.write(json.dumps(asked) + "\n")
        answer = self._server.stdout.readline()
        return int(answer), output.read_text(), errors.read_text()
