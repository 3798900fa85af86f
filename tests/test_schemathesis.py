"""schemathesis against the served document, on SQLite: it finds nothing, and every operation succeeds at least once."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notify.api.operations import PREFIX
from notify.api.routes import OPERATIONS
from notify.office import Office
from tests.support.api import open_api, operation_of, served
from tests.support.schemathesis_seed import Seed, seed

SEED = 20271
EXAMPLES_AN_OPERATION = 4
CASES = 1_000

ALLOWED_FOR_VALID_LOOKING_DATA = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]
SAME_FIELDS_AS_AN_AMENDMENT = ("create_notice", "replace_notice")
"""2,000 cases each go through every field of every measure: a minute more would find the same. They are fuzzed."""


class Answers:
    """Wraps an application and counts what it answers, by operation."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.count: Counter[tuple[str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                operation = operation_of(scope["method"], scope["path"])
                self.count[operation.name if operation else scope["path"], message["status"]] += 1
            await send(message)

        await self.app(scope, receive, counted)

    def succeeded(self) -> set[str]:
        """What answered 2xx at least once."""
        return {name for (name, status) in self.count if 200 <= status < 300}


def configuration(made: Seed) -> str:
    """schemathesis.toml: who calls each operation, on what, and what may be refused."""
    lines = [
        f"headers = {{ Authorization = {json.dumps('Bearer ' + made.token)} }}",
        "[checks]",
        f"positive_data_acceptance.expected-statuses = {json.dumps(ALLOWED_FOR_VALID_LOOKING_DATA)}",
    ]
    for operation in OPERATIONS:
        token = made.callers.get(operation.name, made.token)
        path = ", ".join(f'"path.{name}" = {json.dumps(value)}' for name, value in made.ids_of(operation.name).items())
        lines += [
            "[[operations]]",
            f"include-name = {json.dumps(f'{operation.verb} {PREFIX}{operation.path}')}",
            f"headers = {{ Authorization = {json.dumps('Bearer ' + token)} }}",
            f"parameters = {{ {path} }}",
            f"phases.coverage.enabled = {json.dumps(operation.name not in SAME_FIELDS_AS_AN_AMENDMENT)}",
        ]
    return "\n".join(lines)


async def run(url: str, made: Seed, folder: Path) -> tuple[int, str, dict[str, Any]]:
    """The exit status of a run, what it printed, and its report."""
    config, report = folder / "schemathesis.toml", folder / "report.json"
    config.write_text(configuration(made))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("st")), "--config-file", str(config), "run", f"{url}{PREFIX}/openapi.json",
        "--seed", str(SEED), "--max-examples", str(EXAMPLES_AN_OPERATION), "--continue-on-failure", "--no-shrink",
        "--generation-database", "none", "--report-json-path", str(report), "--no-color",
        cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, printed.decode(), json.loads(report.read_text())


@pytest.mark.server
async def test_schemathesis_finds_nothing(office_sqlite: Office, tmp_path: Path) -> None:
    async with open_api(office_sqlite) as api:
        made = await seed(api)
        answers = Answers(api.app)
        async with served(answers) as url:
            status, printed, report = await run(url, made, tmp_path)
    assert report["failures"] == [] and report["errors"] == [], printed
    assert status == 0, printed
    assert report["operations"]["tested"] == report["operations"]["total"] == len(OPERATIONS) + 1  # and the keys
    assert report["test_cases"]["generated"] >= CASES
    assert {operation.name for operation in OPERATIONS} - answers.succeeded() == set()
    assert [key for key in answers.count if key[1] >= 500] == []
