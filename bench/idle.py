"""The embedded process with nothing to do: processor time and memory."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.child import free_port

SECONDS = 30


async def run() -> list[str]:
    """One line: the demonstration, warmed up, over half a minute."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        port = free_port()
        values = {k: v for k, v in os.environ.items() if not k.startswith("NOTIFY_")} | {"NOTIFY_DATA_DIR": folder}
        process = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs meanwhile
            [sys.executable, "-m", "notify", "serve", "--demo", "--port", str(port)], env=values,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(600):
                if await _answers(port):
                    break
                await asyncio.sleep(0.2)
            await asyncio.sleep(5)
            before = _processor_seconds(process.pid)
            await asyncio.sleep(SECONDS)
            used = (_processor_seconds(process.pid) - before) / SECONDS
            memory = _resident(process.pid)
        finally:
            process.terminate()
            process.wait(20)
    return [f"idle: {used * 100:.2f} % of a core (goal 1), {memory / 1e6:.0f} MB (goal 200)"]


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def _processor_seconds(process: int) -> float:
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def _resident(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
