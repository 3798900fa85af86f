"""Folders of servers that every user can reach, and that do not stay behind when the tests are killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

_MEMORY = Path("/dev/shm")
_ENOUGH = 2**30
_LOCK = "in-use"


def enough_memory() -> Path | None:
    """The file system in memory, where making a file takes no time; None without one that has a GiB left."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        return None
    return _MEMORY


def make_folder(prefix: str, parent: Path) -> tuple[Path, IO[bytes]]:
    """Make a folder, and a lock that holds it until it is closed. Removes those whose tests ended without doing it.

    ``parent`` is a short path that everybody can search: a socket's path has at most 107 characters (103 on macOS).
    """
    for old in parent.glob(f"{prefix}*/{_LOCK}"):
        _remove_if_left(old)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    lock = (folder / _LOCK).open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder, lock


def _remove_if_left(path: Path) -> None:
    try:
        with path.open("rb") as lock:
            if time.time() - path.stat().st_mtime < 60:  # it may be about to be locked
                return
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.parent)
    except (BlockingIOError, FileNotFoundError, PermissionError):
        return  # in use, removed by another process of the tests, or another user's
