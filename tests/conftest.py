"""Fixtures of all tests: real databases, real servers on 127.0.0.1, and a clock that stands still.

``database`` and what stands on it (``office``, ``actor``) come on SQLite and on PostgreSQL: such a test runs twice.
Each pytest-xdist worker has servers of its own, started when a test first needs them.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import structlog
from xdist.scheduler import LoadScopeScheduling

from notify import memory
from notify.accounts import person
from notify.actor import Actor, Role
from notify.database import Database
from notify.office import Office
from notify.settings import Settings
from notify.vault import Vault
from tests.support.accounts import invite, person_of, settle
from tests.support.clock import Clock
from tests.support.databases import postgres_template, sqlite_template, sqlite_url
from tests.support.office import open_office, settings_of
from tests.support.people import enrol
from tests.support.postgres import Postgres
from tests.support.processes import Site
from tests.support.receiver import Receiver
from tests.support.smtp import SmtpServer
from tests.support.valkey import Valkey

# A trace with the values of all variables takes seconds to write.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.server))
_NEED_SERVERS = {"postgres", "valkey", "site"}

TOGETHER = ("tests/browser/", "tests/test_demo.py")
"""Tests that share what takes half a minute to make: one process runs all of one of these."""

LONG = (*TOGETHER, "tests/faults/", "tests/test_visibility.py", "tests/test_schemathesis.py", "tests/test_story.py")
"""Begun first, so that no process ends with a long one while the other has nothing left."""


class MakeActor(Protocol):
    """``await actor("PER", "officer")``: a person of a party, or of the node (None), with these roles."""

    def __call__(self, party: str | None, *roles: Role, name: str = "", language: str = "en") -> Awaitable[Actor]: ...


class Sharing(LoadScopeScheduling):  # type: ignore[misc]  # its package ships no types
    """How tests are shared out among processes: one by one, but those of `TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """In the order in which they were collected; pytest-xdist 3.8 loses its own groups under pytest 9.2."""
    config.option.loadscopereorder = False
    return Sharing(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark ``server`` whatever needs one, so that `make test-quick` leaves it out; put what is `LONG` first."""
    for item in items:
        if _NEED_SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.server)
    items.sort(key=lambda item: next((at for at, place in enumerate(LONG) if item.nodeid.startswith(place)), len(LONG)))


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector of cycles need not look through it test after test."""
    memory.settle()


# Databases


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server without any database of ours."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and seeded SQLite file, to be copied."""
    return sqlite_template(tmp_path_factory.mktemp("template") / "notify.db")


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The name of a migrated and seeded database, to be copied."""
    return postgres_template(postgres)


@pytest.fixture
def sqlite_copy(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite database of the test's own."""
    return sqlite_url(Path(shutil.copyfile(migrated_sqlite, tmp_path / "notify.db")))


@pytest.fixture
def postgres_copy(postgres: Postgres, migrated_postgres: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of the test's own."""
    name = postgres.create(migrated_postgres)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def postgres_empty(postgres: Postgres) -> Iterator[str]:
    """The address of a PostgreSQL database without a table."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated and seeded database of the test's own."""
    return str(request.getfixturevalue("sqlite_copy" if request.param == "sqlite" else "postgres_copy"))


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table; SQLite's file is not there yet."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.db")
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated and seeded database, on SQLite and on PostgreSQL."""
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture
async def empty_database(empty_database_url: str) -> AsyncIterator[Database]:
    """A database without a table, on SQLite and on PostgreSQL."""
    made = Database(empty_database_url)
    yield made
    await made.close()


# The office and who acts in it


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at `tests.support.clock.START`."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings on the test's database: mail goes to files, webhooks may go to 127.0.0.1."""
    return settings_of(tmp_path, database_url)


@pytest.fixture
def office(settings: Settings, database: Database, clock: Clock) -> Office:
    """The services of a process, on SQLite and on PostgreSQL."""
    return Office(settings, database, Vault(settings.key()), clock)


@pytest.fixture
async def office_sqlite(sqlite_copy: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Office]:
    """The services of a process, on SQLite alone: for what has nothing to do with the kind of database."""
    async with open_office(settings_of(tmp_path, sqlite_copy), clock) as made:
        yield made


@pytest.fixture
async def office_postgresql(postgres_copy: str, tmp_path: Path, clock: Clock) -> AsyncIterator[Office]:
    """The services of a process, on PostgreSQL alone."""
    async with open_office(settings_of(tmp_path, postgres_copy), clock) as made:
        yield made


@pytest.fixture
def actor(office: Office) -> MakeActor:
    """Makes people of ``office``; for another office call `tests.support.people.enrol`."""

    async def make(party: str | None, *roles: Role, name: str = "", language: str = "en") -> Actor:
        return await enrol(office, party, *roles, name=name, language=language)

    return make


# Accounts


@pytest.fixture
async def other_office(office: Office) -> AsyncIterator[Office]:
    """Another process on the database of ``office``."""
    async with open_office(office.settings, office.clock) as made:
        yield made


@pytest.fixture
async def ana(office_sqlite: Office) -> person.Person:
    """An officer of Peru, ana@per.example, with `PASSWORD`."""
    manager = await enrol(office_sqlite, "PER", "manager")
    due = await invite(office_sqlite, manager, "ana@per.example", "officer")
    await settle(office_sqlite, due)
    return await person_of(office_sqlite, due.person_id)


@pytest.fixture
async def officer(office: Office, actor: MakeActor) -> Actor:
    """An officer of Peru."""
    return await actor("PER", "officer", name="Ana Rojas", language="es")


# The outside world


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server."""
    server = SmtpServer()
    yield server
    server.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of the test's own."""
    server = Valkey(tmp_path)
    yield server
    server.close()


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    """Web processes and workers on the test's database, ended with the test."""
    started = Site(settings, tmp_path)
    yield started
    started.close()
