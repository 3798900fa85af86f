"""Runs ``csbm-notify`` for tests, each command in a process of its own that need not import the program anew.

``python -m tests.support.command_server`` imports once, then forks for each line of its input: JSON with the words, the
environment and two files. It answers the exit status, a line each.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from notify.cli import main

NEEDED = (
    "asyncpg",
    "notify.accounts.people",
    "notify.demo.prepare",
    "notify.notices.signatures",
    "notify.operation.doctor",
    "notify.parties.graph_csv",
    "uvloop",
    "worker.process",
)
"""What the commands import when they run."""


def serve() -> None:
    """Answer commands until the input ends."""
    for module in NEEDED:
        importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked["words"], asked["environment"], Path(asked["output"]), Path(asked["errors"]))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(words: list[str], environment: dict[str, str], output: Path, errors: Path) -> None:
    for path, descriptor in ((output, 1), (errors, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["csbm-notify", *words]
    status = 70
    try:
        main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    serve()
