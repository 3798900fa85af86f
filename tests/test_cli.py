"""The command line: what each command does, and one line for whatever stops it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from notify.accounts import links, tokens
from notify.accounts.tables import people
from notify.actor import Actor
from notify.audit.tables import audit_lines
from notify.cli import app
from notify.delivery.tables import deliveries, subscriptions
from notify.ids import new_id
from notify.office import Office
from notify.settings import Settings
from tests.support.commands import Commands
from tests.support.office import settings_of
from tests.support.people import enrol
from tests.support.processes import environment, run

COMMANDS = (
    ("serve",), ("worker",), ("migrate",), ("create-admin",), ("token", "create"), ("adjacency", "check"),
    ("adjacency", "show"), ("adjacency", "import"), ("adjacency", "export"), ("deliveries", "list"),
    ("deliveries", "retry"), ("audit", "verify"), ("doctor",),
)  # fmt: skip

Cli = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    """What runs the commands."""
    started = Commands()
    yield started
    started.close()


@pytest.fixture
def cli_on(commands: Commands) -> Callable[[Settings], Cli]:
    """Makes a `Cli` that runs ``csbm-notify`` by some settings."""

    def of(settings: Settings) -> Cli:
        async def start(*words: str, **more: str) -> tuple[int, str, str]:
            return await commands.run(words, environment(settings, **more))

        return start

    return of


@pytest.fixture
def cli(office_sqlite: Office, cli_on: Callable[[Settings], Cli]) -> Cli:
    """Runs ``csbm-notify`` on the database of `office_sqlite`, with more settings by name."""
    return cli_on(office_sqlite.settings)


def line(answer: tuple[int, str, str]) -> str:
    """The one line that a refused command writes, and nothing else."""
    status, output, errors = answer
    assert status == 1, errors
    assert not output
    assert errors.startswith("csbm-notify: ") and errors.count("\n") == 1, errors
    return errors.removeprefix("csbm-notify: ").rstrip("\n")


# What there is


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, [*command, "--help"])
    assert answer.exit_code == 0
    assert "Usage: " in answer.stdout


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] not in ("serve", "worker")], ids=" ".join)
def test_every_command_that_answers_has_json(command: tuple[str, ...]) -> None:
    assert "--json" in CliRunner().invoke(app, [*command, "--help"]).stdout


@pytest.mark.parametrize("command", ["notices", "verify", "calendars", "backup", "restore"])
def test_a_command_of_a_later_version_is_refused_by_name(command: str) -> None:
    answer = CliRunner().invoke(app, [command])
    assert answer.exit_code == 2
    assert command in answer.output


def test_the_pace_of_the_tests_is_no_option_that_help_shows() -> None:
    for command in ("serve", "worker"):
        shown = CliRunner().invoke(app, [command, "--help"]).stdout
        assert "--lease" not in shown and "--look" not in shown and "--margin" not in shown


@pytest.mark.server
async def test_the_program_is_started_by_its_module_too(tmp_path: Path) -> None:
    status, output, errors = await run(["backup"], environment(Settings(data_dir=tmp_path)), seconds=120)
    assert (status, output) == (2, "")
    assert errors == "csbm-notify: No such command 'backup'. See `csbm-notify --help`.\n"


@pytest.mark.server
async def test_a_command_typed_wrong_is_one_line_and_status_2(cli: Cli) -> None:
    for words in (["backup", "x"], ["token"], ["serve", "--port", "eighty"], ["adjacency", "import", "x.csv"]):
        status, output, errors = await cli(*words)
        assert (status, output) == (2, "")
        assert errors.startswith("csbm-notify: ") and errors.count("\n") == 1, errors


# What stops a command


AWAY = "postgresql+asyncpg://somebody:hidden@127.0.0.1:1/notify"


@pytest.mark.server
@pytest.mark.parametrize(
    ("command", "name", "value", "words"),
    [
        ("serve --port 0", "PORT", "80", "NOTIFY_PORT is not a setting of this version"),
        ("worker", "PORT", "80", "NOTIFY_PORT is not a setting of this version"),
        ("doctor", "LEAD_DAYS", "soon", "NOTIFY_LEAD_DAYS is not valid"),
        ("migrate", "TRUSTED_PROXIES", "my-proxy", "NOTIFY_TRUSTED_PROXIES is not valid"),
        ("migrate", "MAIL_FROM", "notices", "NOTIFY_MAIL_FROM is not valid"),
        ("migrate", "DATABASE_URL", "mysql://db/notify", "NOTIFY_DATABASE_URL is not valid"),
        ("migrate", "DATABASE_URL", AWAY, "The database cannot be reached ("),
        ("serve --port 0", "DATABASE_URL", AWAY, "The database cannot be reached ("),
        ("worker", "DATABASE_URL", "postgresql+asyncpg://a@/n?host=/nowhere", "NOTIFY_SECRET_KEY is not set"),
        ("worker", "DATA_DIR", "/dev/null/data", "NOTIFY_DATA_DIR: nothing can be written to /dev/null/data"),
    ],
)
async def test_a_setting_that_is_wrong_stops_with_its_name_and_the_reason(
    command: str, name: str, value: str, words: str, tmp_path: Path, cli_on: Callable[[Settings], Cli]
) -> None:
    secret = "a secret of the tests and of nobody else" if value == AWAY else ""
    cli = cli_on(Settings(data_dir=tmp_path, secret_key=secret))
    said = line(await cli(*command.split(), **{f"NOTIFY_{name}": value}))
    assert words in said
    assert "hidden" not in said


@pytest.mark.server
@pytest.mark.parametrize("command", ["serve", "worker", "create-admin", "doctor"])
async def test_a_schema_that_is_not_current_is_refused(
    command: str, tmp_path: Path, cli_on: Callable[[Settings], Cli]
) -> None:
    words = {"serve": ["--port", "0"], "create-admin": ["ana@node.example"]}.get(command, [])
    status, output, errors = await cli_on(Settings(data_dir=tmp_path))(command, *words)
    assert status == 1
    assert "Run `csbm-notify migrate` first." in (output if command == "doctor" else errors)
    assert not (tmp_path / "notify.db").exists()


@pytest.mark.server
async def test_another_secret_key_than_the_data_have_is_refused(cli: Cli) -> None:
    assert (await cli("migrate"))[0] == 0  # makes the key that signs, sealed with the secret key
    for words in (["serve", "--port", "0"], ["worker"], ["create-admin", "ana@node.example"]):
        refused = await cli(*words, NOTIFY_SECRET_KEY="another secret than the one of the data")
        assert "NOTIFY_SECRET_KEY" in line(refused)


# migrate


@pytest.mark.server
async def test_migrate_makes_the_schema_once_and_a_key_to_sign_with(
    empty_database_url: str, tmp_path: Path, cli_on: Callable[[Settings], Cli]
) -> None:
    cli = cli_on(settings_of(tmp_path, empty_database_url))
    first, again = await cli("migrate", "--json"), await cli("migrate", "--json")
    assert (first[0], again[0]) == (0, 0)
    assert json.loads(first[1])["changed"] is True
    assert json.loads(again[1])["changed"] is False
    status, output, _ = await cli("doctor", "--json")
    found = {finding["check"]: finding["level"] for finding in json.loads(output)}
    assert found["schema"] == found["signing_key"] == "ok"
    assert status == 1 and found["worker"] == "error"


# Accounts and tokens


@pytest.mark.server
async def test_create_admin_prints_a_link_that_sets_a_password(cli: Cli, office_sqlite: Office) -> None:
    status, output, _ = await cli("create-admin", "Ana@Node.example", "--name", "Ana Núñez", "--json")
    assert status == 0
    made = json.loads(output)
    base, _, token = made["link"].rpartition("/welcome/")
    assert base == office_sqlite.settings.base_url
    async with office_sqlite.database.read() as connection:
        found = await links.find(connection, token, datetime.now(UTC))
    assert found is not None
    assert (found.email, found.name, found.party) == ("ana@node.example", "Ana Núñez", None)
    assert "already" in line(await cli("create-admin", "ana@node.example"))


@pytest.mark.server
async def test_a_token_of_the_command_line_is_its_persons_and_no_wider(cli: Cli, office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "BOL", "manager")
    email = await address_of(office_sqlite, manager)
    status, output, _ = await cli("token", "create", email, "--scope", "read", "--scope", "subscribe", "--days", "7")
    assert status == 0
    async with office_sqlite.database.read() as connection:
        found = await tokens.find(connection, output.strip(), datetime.now(UTC))
    assert found is not None
    assert (found.actor.person_id, found.actor.party) == (manager.person_id, "BOL")
    assert found.actor.scopes == {"read", "subscribe"}
    assert "/scopes" in line(await cli("token", "create", email, "--scope", "publish"))
    assert "nobody@bol.example" in line(await cli("token", "create", "nobody@bol.example"))


@pytest.mark.server
async def test_what_a_command_does_stands_in_the_audit_log_as_its_own(cli: Cli, office_sqlite: Office) -> None:
    manager = await enrol(office_sqlite, "BOL", "manager")
    await cli("token", "create", await address_of(office_sqlite, manager))
    await cli("create-admin", "ana@node.example")
    async with office_sqlite.database.read() as connection:
        found = (await connection.execute(sa.select(audit_lines).order_by(audit_lines.c.position))).all()
    assert [(row.act, row.actor_kind, row.actor_id) for row in found] == [
        ("token.create", "command", manager.person_id),
        ("person.invite", "command", None),
    ]


async def address_of(office: Office, actor: Actor) -> str:
    """The mail address of a person."""
    async with office.database.read() as connection:
        return str(await connection.scalar(sa.select(people.c.email).where(people.c.id == actor.person_id)))


# Adjacency


@pytest.mark.server
async def test_the_table_goes_out_as_csv_and_comes_back_as_a_new_version(
    cli: Cli, office_sqlite: Office, tmp_path: Path
) -> None:
    for party in ("PER", "ECU", "BOL"):
        await enrol(office_sqlite, party, "officer")
    file = tmp_path / "edges.csv"
    status, output, _ = await cli("adjacency", "export")
    assert status == 0
    rows = list(csv.reader(io.StringIO(output)))
    kept = [row for row in rows if row[:3] != ["ECU", "PER", "maritime"]]
    assert len(kept) == len(rows) - 1
    with file.open("w", newline="") as target:
        csv.writer(target).writerows(kept)
    status, output, _ = await cli("adjacency", "check", str(file))
    assert status == 0 and "removed: ECU – PER, adjoining waters" in output
    status, output, _ = await cli("adjacency", "import", str(file), "--reason", "Settled in 2027", "--json")
    assert (status, json.loads(output)) == (0, {"version": 2, "changed": True, "added": 0, "removed": 1, "altered": 0})
    shown = json.loads((await cli("adjacency", "show", "--party", "per", "--json"))[1])
    assert shown["version"] == 2
    assert ("ECU", "PER", "maritime") not in {(edge["a"], edge["b"], edge["kind"]) for edge in shown["edges"]}
    async with office_sqlite.database.read() as connection:
        told = (await connection.execute(sa.select(deliveries.c.party).order_by(deliveries.c.party))).scalars().all()
    assert told == ["ECU", "PER"]
    again = json.loads((await cli("adjacency", "import", str(file), "--reason", "The same", "--json"))[1])
    assert again["changed"] is False and again["version"] == 2


@pytest.mark.server
async def test_a_faulty_file_is_refused_by_its_lines_and_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "edges.csv"
    file.write_text("a,b,kind,confidence\nPER,BOL,land,high\nPER,XYZ,land,high\n")
    status, output, errors = await cli("adjacency", "check", str(file))
    assert status == 1 and output.startswith("error: Line 3: ") and "XYZ" in output
    assert errors == "csbm-notify: 1 line stops the import.\n"
    assert "Line 3" in line(await cli("adjacency", "import", str(file), "--reason", "A try"))
    assert json.loads((await cli("adjacency", "show", "--json"))[1])["version"] == 1
    assert "nothing.csv cannot be read" in line(await cli("adjacency", "check", str(tmp_path / "nothing.csv")))


# Deliveries


@pytest.mark.server
async def test_deliveries_that_were_given_up_are_listed_and_sent_again(
    settings: Settings, office: Office, cli_on: Callable[[Settings], Cli]
) -> None:
    cli = cli_on(settings)
    made = await made_deliveries(office)
    listed = json.loads((await cli("deliveries", "list", "--status", "dead", "--json"))[1])
    assert [row["id"] for row in listed] == [made["dead"]]
    assert listed[0]["party"] == "BOL" and listed[0]["channel"] == "webhook" and "address" not in listed[0]
    assert "is no status" in line(await cli("deliveries", "list", "--status", "lost"))
    status, output, _ = await cli("deliveries", "retry", "--dead", "--json")
    assert (status, json.loads(output)["retried"]) == (0, [made["dead"]])
    async with office.database.read() as connection:
        row = (await connection.execute(sa.select(deliveries).where(deliveries.c.id == made["dead"]))).one()
    assert (row.status, row.finished_at) == ("pending", None)
    assert "not given up" in (await cli("deliveries", "retry", made["pending"]))[2]


async def made_deliveries(office: Office) -> dict[str, str]:
    """A dead delivery and a pending one to a webhook of Bolivia, by their status."""
    made = {"dead": new_id(), "pending": new_id()}
    subscription, now = new_id(), office.clock()
    async with office.database.write() as connection:
        await connection.execute(
            sa.insert(subscriptions).values(
                id=subscription, party="BOL", kind="official", channel="webhook", address="https://hooks.example/bol",
                host="hooks.example", language="es", generation=0, active=True, created_at=now,
            )
        )  # fmt: skip
        for number, (status, delivery_id) in enumerate(made.items()):
            await connection.execute(
                sa.insert(deliveries).values(
                    id=delivery_id, kind="event", lane=f"s:{subscription}", number=number, supersedable=False,
                    overtaken=False, party="BOL", subscription_id=subscription, channel="webhook",
                    host="hooks.example", status=status, attempts=8, due_at=now, created_at=now, finished_at=now,
                )
            )  # fmt: skip
    return made


# The audit log


@pytest.mark.server
async def test_audit_verify_names_the_line_that_was_changed(cli: Cli, office_sqlite: Office) -> None:
    for name in ("ana", "eva", "ida"):
        await cli("create-admin", f"{name}@node.example")
    status, output, _ = await cli("audit", "verify", "--json")
    assert (status, json.loads(output)["ok"], json.loads(output)["size"]) == (0, True, 3)
    with sqlite3.connect(office_sqlite.database.url.database or "") as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute(
            "UPDATE audit_lines SET leaf = replace(leaf, 'person.invite', 'person.reset') WHERE position = 1"
        )
    assert "Line 1 was changed" in line(await cli("audit", "verify"))
    status, output, _ = await cli("audit", "verify", "--json")
    assert (status, json.loads(output)["first_bad"]) == (1, 1)
