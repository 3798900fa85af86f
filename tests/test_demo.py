"""The demonstration: who is in it, what its story leaves behind, and that a second start changes nothing."""

from __future__ import annotations

import asyncio
import json
import stat
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from notify.accounts import passwords, tokens
from notify.accounts.tables import people
from notify.actor import scopes_of
from notify.audit.tables import audit_head
from notify.audit.verify import verify
from notify.commands.serve import drain
from notify.database import Database
from notify.delivery import subscriptions
from notify.delivery.tables import deliveries
from notify.demo import prepare
from notify.demo.names import NAMES
from notify.demo.story import STORY
from notify.demo.telling import body_of, cases, moved_fields
from notify.migrations import upgrade
from notify.notices.content import parse
from notify.notices.known import Known
from notify.notices.tables import acknowledgements, events, notices, revisions
from notify.observers.decisions import follow_revision
from notify.observers.tables import attendance
from notify.office import Office
from notify.parties.directory import Directory
from notify.parties.seed import first_memberships, first_parties
from notify.settings import Settings, SettingsError
from notify.vault import Vault
from tests.support.people import enrol
from tests.support.processes import Site, environment, run

ROLES = ("officer", "manager", "observer")
WITH_PEOPLE = set(NAMES)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Office]:
    """An office on the machine's clock, as `serve --demo` makes it."""
    database = Database(settings.database)
    try:
        await upgrade(database)
        yield Office(settings, database, Vault(settings.key()), followers=(follow_revision,))
    finally:
        await database.close()


async def made(settings: Settings) -> dict[str, Any]:
    """The demonstration, made unless it is there."""
    async with opened(settings) as office:
        return await prepare.prepare(office, drain)


@dataclass(frozen=True)
class Served:
    """A demonstration that `serve --demo` made and served once."""

    settings: Settings
    printed: str
    sign_in: str
    status: int


async def serve_once(folder: Path, data: Path) -> Served:
    """Start ``serve --demo`` on a folder of data, look at the sign-in page, and end it."""
    site = Site(Settings(data_dir=data), folder)
    try:
        web = site.web("--demo")
        await web.ready(240)
        async with aiohttp.ClientSession(trust_env=False) as client, client.get(f"{web.url}/signin") as answer:
            page = await answer.text()
        status = web.child.stop()
        return Served(Settings(data_dir=data, base_url=web.url), web.child.tail(20_000), page, status)
    finally:
        site.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """The demonstration, as its user starts it the first time."""
    return asyncio.run(serve_once(tmp_path_factory.mktemp("logs"), tmp_path_factory.mktemp("demo")))


@pytest.fixture
def demo(served: Served) -> Settings:
    """The settings of the demonstration."""
    return served.settings


@pytest.fixture
def told(demo: Settings) -> dict[str, Any]:
    """What demo.json says."""
    return dict(json.loads((demo.data_dir / "demo.json").read_text()))


@pytest.fixture
async def office(demo: Settings) -> AsyncIterator[Office]:
    """An office on the demonstration."""
    async with opened(demo) as found:
        yield found


async def rows(office: Office, statement: sa.Select[Any]) -> list[Any]:
    async with office.database.read() as connection:
        return list((await connection.execute(statement)).all())


# Who is there


@pytest.mark.server
async def test_every_state_and_the_oas_have_three_people_with_accounts(told: dict[str, Any], office: Office) -> None:
    found = Counter((account["party"], account["role"]) for account in told["accounts"])
    wanted = {(party, role) for party in WITH_PEOPLE for role in ROLES} | {(None, "administrator"), (None, "auditor")}
    assert found == dict.fromkeys(wanted, 1) and len(WITH_PEOPLE) == 36
    stored = {row.email: row for row in await rows(office, sa.select(people))}
    assert set(stored) == {account["email"] for account in told["accounts"]}
    names = [row.name for row in stored.values()]
    assert len(set(names)) == len(names)
    for account in told["accounts"][::37]:
        assert await passwords.verify(stored[account["email"]].password_hash, account["password"])


@pytest.mark.server
async def test_every_account_has_a_token_with_all_that_its_role_can_use(told: dict[str, Any], office: Office) -> None:
    given = [(party, role, token) for party, by_role in told["tokens"].items() if isinstance(by_role, dict)
             for role, token in by_role.items()]  # fmt: skip
    given += [(None, "administrator", told["tokens"]["admin"]), (None, "auditor", told["tokens"]["auditor"])]
    assert len(given) == 110
    async with office.database.read() as connection:
        for party, role, token in given:
            found = await tokens.find(connection, token, datetime.now(UTC))
            assert found is not None
            assert found.actor.party == party and set(found.actor.roles) == {role}
            assert found.actor.scopes == scopes_of(frozenset({role}))


@pytest.mark.server
async def test_each_of_these_parties_is_reached_and_no_other_organisation(office: Office) -> None:
    async with office.database.read() as connection:
        reached = await subscriptions.reachable(connection)
    assert {party for party, works in reached.items() if works} == WITH_PEOPLE
    assert {party for party, works in reached.items() if not works} >= {"CARICOM", "IADB", "UN"}


@pytest.mark.server
def test_demo_json_is_for_its_owner_alone(demo: Settings, told: dict[str, Any]) -> None:
    assert stat.S_IMODE((demo.data_dir / "demo.json").stat().st_mode) == 0o600
    assert told["base_url"] == demo.base_url
    assert set(told) == {"base_url", "accounts", "tokens"}
    assert not (demo.data_dir / "demo.unfinished").exists()


# What the story leaves behind


@pytest.mark.server
async def test_sixteen_notices_have_a_history_around_today(office: Office) -> None:
    published = await rows(office, sa.select(notices).where(notices.c.revision > 0))
    assert len(published) == 16
    assert Counter(row.measure for row in published) == {4: 10, 5: 3, 18: 3}
    statuses = Counter(row.status for row in published)
    assert statuses == {"published": 10, "completed": 4, "cancelled": 1, "postponed": 1}
    today = datetime.now(UTC)
    starts = [row.starts_at for row in published]
    assert min(starts) < today - timedelta(days=100) and max(starts) > today + timedelta(days=90)
    assert any(row.starts_at < today < row.ends_at for row in published)
    moved = await rows(office, sa.select(revisions).where(revisions.c.revision == 2, revisions.c.step == "amended"))
    assert len(moved) == 2
    assert len(await rows(office, sa.select(acknowledgements))) > 40
    drafts = await rows(office, sa.select(notices.c.state).where(notices.c.revision == 0))
    assert sorted(row.state for row in drafts) == ["BOL", "PER", "PER"]


@pytest.mark.server
async def test_observers_stand_at_every_step(office: Office) -> None:
    found = await rows(office, sa.select(attendance))
    assert {row.status for row in found} >= {"requested", "endorsed", "approved"}
    assert {row.reply for row in found if row.status == "approved"} == {"accepted", "tentative", "needs-action"}
    assert all(row.email.isascii() for row in found)
    bolivia = [row for row in found if row.party == "BOL" and row.email == "observer@bol.example"]
    assert {row.status for row in bolivia} == {"endorsed", "approved"}


@pytest.mark.server
async def test_the_loop_has_finished_before_anybody_comes(office: Office, demo: Settings) -> None:
    assert await rows(office, sa.select(events.c.id).where(events.c.expanded_at.is_(None))) == []
    statuses = {row.status for row in await rows(office, sa.select(deliveries.c.status).distinct())}
    assert statuses == {"handed_over"}
    written = len(list((demo.data_dir / "mail").glob("*.eml")))
    assert written == len(await rows(office, sa.select(deliveries.c.id)))
    async with office.database.read() as connection:
        assert (await verify(connection)).ok


@pytest.mark.slow
def test_the_story_can_be_told_on_any_day() -> None:
    parties = Known.of(Directory(first_parties(), first_memberships(), 2026))
    known = cases()
    for number in range(15):
        today = date(2026, 11, 24) + timedelta(days=26 * number)
        for tale in STORY:
            body = body_of(tale, known[tale.case], today)
            parse(body, parties)
            if tale.moved:
                parse({**body, **moved_fields(body, tale.moved[1])}, parties)


# A second start


@pytest.mark.server
async def test_a_second_start_changes_nothing(demo: Settings) -> None:
    async def state() -> tuple[bytes, object, int]:
        async with opened(demo) as office:
            head = await rows(office, sa.select(audit_head))
        return (demo.data_dir / "demo.json").read_bytes(), head, len(list((demo.data_dir / "mail").iterdir()))

    before = await state()
    await made(demo)
    assert await state() == before


@pytest.mark.server
async def test_a_start_on_another_port_says_where_it_is_now(demo: Settings, told: dict[str, Any]) -> None:
    moved = demo.model_copy(update={"base_url": "http://127.0.0.1:9876"})
    assert (await made(moved))["base_url"] == "http://127.0.0.1:9876"
    again = json.loads((demo.data_dir / "demo.json").read_text())
    assert again == {**told, "base_url": "http://127.0.0.1:9876"}
    assert stat.S_IMODE((demo.data_dir / "demo.json").stat().st_mode) == 0o600
    await made(demo)


# What it refuses, and what was interrupted


@pytest.mark.parametrize("url", ["https://notices.example", "http://192.168.1.7:8000", "http://127.0.0.1.example"])
def test_an_address_that_others_reach_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="NOTIFY_BASE_URL"):
        prepare.check(Settings(data_dir=tmp_path, base_url=url))


@pytest.mark.server
async def test_serve_refuses_it_before_it_makes_anything(tmp_path: Path) -> None:
    values = environment(Settings(data_dir=tmp_path / "demo"), NOTIFY_BASE_URL="https://notices.example")
    status, output, errors = await run(["serve", "--demo", "--port", "0"], values, 120)
    assert (status, output) == (1, "")
    assert errors.startswith("csbm-notify: NOTIFY_BASE_URL of a demonstration") and errors.count("\n") == 1
    assert not (tmp_path / "demo").exists()


async def test_a_database_with_real_people_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with opened(settings) as office:
        await enrol(office, "PER", "officer")
        with pytest.raises(SettingsError, match="no demonstration made"):
            await prepare.prepare(office, drain)
    assert not (tmp_path / "demo.json").exists() and not (tmp_path / "demo.unfinished").exists()
    prepare.clear_unfinished(settings)
    assert (tmp_path / "notify.db").exists()


@pytest.fixture
async def interrupted(tmp_path: Path) -> Settings:
    """A demonstration whose making ended in the middle, with the accounts made."""
    settings = Settings(data_dir=tmp_path)

    async def power_cut(office: Office) -> None:
        raise KeyboardInterrupt

    async with opened(settings) as office:
        with pytest.raises(KeyboardInterrupt):
            await prepare.prepare(office, power_cut)
    return settings


def is_there(settings: Settings) -> bool:
    """Whether there is a database."""
    return (settings.data_dir / "notify.db").exists()


@pytest.mark.server
async def test_a_start_that_was_interrupted_is_begun_anew(interrupted: Settings) -> None:
    async with opened(interrupted) as office:
        with pytest.raises(SettingsError):
            await prepare.prepare(office, drain)
    other = interrupted.model_copy(update={"database_url": f"sqlite+aiosqlite:///{interrupted.data_dir}/other.db"})
    prepare.clear_unfinished(other)
    assert is_there(interrupted)
    prepare.clear_unfinished(interrupted)
    assert not is_there(interrupted)
    async with opened(interrupted) as office:
        assert await rows(office, sa.select(people)) == []


# As its user starts it


def check_offers(served: Served, told: dict[str, Any]) -> None:
    """Four accounts are printed with their passwords, and offered as buttons without."""
    password = {account["email"]: account["password"] for account in told["accounts"]}
    assert told["base_url"] in served.printed
    for address in ("officer@per.example", "officer@bol.example", "observer@bol.example", "auditor@node.example"):
        assert address in served.printed and password[address] in served.printed
        assert f'value="{address}"' in served.sign_in and password[address] not in served.sign_in
    assert served.status == 0
    assert "Traceback" not in served.printed


@pytest.mark.server
def test_serve_prints_four_accounts_and_the_sign_in_page_offers_them(served: Served, told: dict[str, Any]) -> None:
    check_offers(served, told)
    assert "Making 110 accounts" in served.printed


@pytest.mark.server
async def test_served_a_second_time_it_is_there_at_once(demo: Settings, tmp_path: Path) -> None:
    before = len(list_of_mails(demo))
    again = await serve_once(tmp_path, demo.data_dir)
    check_offers(again, json.loads((demo.data_dir / "demo.json").read_text()))
    assert "Making" not in again.printed
    assert len(list_of_mails(demo)) == before


def list_of_mails(settings: Settings) -> list[Path]:
    """The mails that were sent."""
    return list((settings.data_dir / "mail").glob("*.eml"))
