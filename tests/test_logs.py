"""Logs: what a trace says, whoever logs it, and what it never says."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog

from notify import logs
from notify.accounts.tables import people
from notify.office import Office
from notify.settings import Settings

PASSWORD = "my-very-secret-words"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is set up for the process: what these tests set up ends with them."""
    root = logging.getLogger()
    handlers, level, known = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**known)


def fail(password: str) -> None:
    raise OSError("the disk is full")


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_trace_names_lines_and_no_values(capsys: pytest.CaptureFixture[str], form: str) -> None:
    logs.configure(Settings.model_validate({"log_format": form}))
    for log in (logging.getLogger("a.library").error, structlog.get_logger("web").error):
        try:
            fail(PASSWORD)
        except OSError:
            log("failed", exc_info=True)
        said = capsys.readouterr().err
        assert PASSWORD not in said
        assert "the disk is full" in said and "test_logs.py" in said
        if form == "json":
            assert "Traceback" in json.loads(said)["exception"]


def test_a_value_that_may_be_a_secret_is_hidden_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings.model_validate({"log_format": "json"}))
    structlog.get_logger("web").error("refused", api_token="x1", set_cookie="x2", body="x3", party="PER")
    line = json.loads(capsys.readouterr().err)
    assert (line["api_token"], line["set_cookie"], line["body"]) == ("(hidden)",) * 3
    assert line["party"] == "PER"


async def test_an_error_of_the_database_names_no_value_of_a_statement(office: Office) -> None:
    with pytest.raises(sa.exc.DBAPIError) as refusal:
        async with office.database.write() as connection:
            await connection.execute(sa.insert(people).values(id=None, email="ana@per.example", name=PASSWORD))
    assert "ana@per.example" not in str(refusal.value).partition("DETAIL")[0]
