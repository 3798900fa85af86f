"""Watching a node: /healthz, /readyz, /metrics, and what `doctor` finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from notify.accounts import tokens
from notify.actor import COMMAND, Actor
from notify.audit.lines import append
from notify.audit.tables import audit_head
from notify.database import Database
from notify.delivery import workers
from notify.delivery.tables import deliveries, subscriptions
from notify.delivery.tables import workers as workers_table
from notify.ids import new_id
from notify.notices import signatures
from notify.notices.tables import events
from notify.office import Office
from notify.operation import doctor, figures, health
from notify.operation.finding import Finding
from notify.operation.metrics import CountRequests, Metrics
from notify.operation.routes import operation_routes
from notify.parties import directory
from notify.settings import Settings
from notify.vault import Vault
from tests.support.clock import Clock
from tests.support.people import enrol
from tests.support.smtp import SmtpServer
from tests.support.valkey import Valkey


async def beat(office: Office, kind: str = "worker") -> None:
    """A worker's sign of life."""
    async with office.database.write() as connection:
        await workers.beat(connection, new_id(), kind, office.clock())


async def add(office: Office, table: sa.Table, **values: object) -> None:
    async with office.database.write() as connection:
        await connection.execute(sa.insert(table).values(**values))


def delivery(status: str, due: datetime) -> dict[str, Any]:
    """A row of deliveries."""
    return {
        "id": new_id(), "kind": "event", "lane": f"s:{new_id()}", "number": 1, "supersedable": False,
        "overtaken": False, "party": "BOL", "channel": "email", "host": "bol.example", "status": status,
        "attempts": 1, "due_at": due, "created_at": due,
    }  # fmt: skip


def event(at: datetime) -> dict[str, Any]:
    """A row of events that no worker has expanded."""
    return {"id": new_id(), "type": "ping", "at": at, "number": 0, "party": "BOL", "facts": "{}", "request_id": ""}


# Ready


async def ready(office: Office) -> dict[str, bool]:
    return {check.name: check.ok for check in await health.checks(office)}


async def test_a_node_is_ready_while_a_worker_gives_a_sign_of_life(office: Office) -> None:
    assert await ready(office) == {"database": True, "schema": True, "worker": False}
    await beat(office)
    assert await ready(office) == {"database": True, "schema": True, "worker": True}
    async with office.database.write() as connection:
        seen = workers_table.c.seen_at
        await connection.execute(sa.update(workers_table).values(seen_at=seen - workers.SILENT_AFTER * 1_000_000))
    assert await ready(office) == {"database": True, "schema": True, "worker": False}


async def test_a_database_without_the_schema_is_not_ready(settings: Settings, empty_database: Database) -> None:
    office = Office(settings, empty_database, Vault(settings.key()))
    assert await ready(office) == {"database": True, "schema": False, "worker": False}
    todo = [str(check.todo) for check in await health.checks(office) if not check.ok]
    assert "csbm-notify migrate" in todo[0] and todo[1] == str(health.FIRST_THE_OTHERS)


async def test_a_database_that_is_away_is_not_ready_and_raises_nothing(tmp_path: Path) -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    office = Office(Settings(data_dir=tmp_path), away, Vault("x" * 32))
    assert await ready(office) == {"database": False, "schema": False, "worker": False}
    await away.close()


# The routes


def browser(office: Office, client: str = "127.0.0.1") -> TestClient:
    """Somebody who asks the node, from an address."""
    metrics = Metrics()

    async def item(request: object) -> PlainTextResponse:
        return PlainTextResponse("fine")

    app = Starlette(routes=[*operation_routes(), Route("/things/{id}", item, methods=["GET"])])
    app.state.office = office
    app.state.metrics = metrics
    return TestClient(CountRequests(app, metrics), client=(client, 50_000), base_url="http://node.example")


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What a scrape reads: the values by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_healthz_says_that_the_process_lives(office_sqlite: Office) -> None:
    answer = browser(office_sqlite).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_readyz_names_what_is_missing_and_what_to_do(office_sqlite: Office) -> None:
    answer = browser(office_sqlite).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert answer.json()["checks"]["database"] == {"ok": True}
    assert "csbm-notify worker" in answer.json()["checks"]["worker"]["todo"]
    await beat(office_sqlite)
    answer = browser(office_sqlite).get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.headers["cache-control"] == "no-store"


async def test_metrics_count_requests_by_route_and_never_by_path(office_sqlite: Office) -> None:
    client = browser(office_sqlite)
    for path in ("/things/secret-1", "/things/secret-2", "/nothing/secret-3"):
        client.get(path)
    client.request("BREW", "/things/secret-4")
    text = client.get("/metrics").text
    assert "secret" not in text
    found = samples(text)
    name = "csbm_requests_total"
    assert found[name, (("route", "/things/{id}"), ("status", "200"), ("verb", "GET"))] == 2
    assert found[name, (("route", "none"), ("status", "404"), ("verb", "GET"))] == 1
    assert found[name, (("route", "/things/{id}"), ("status", "405"), ("verb", "other"))] == 1


async def test_metrics_hold_what_waits_and_what_became_of_deliveries(office: Office, clock: Clock) -> None:
    await beat(office, "inside")
    for status, late in (("pending", 90), ("pending", -60), ("dead", 0), ("delivered", 0)):
        await add(office, deliveries, **delivery(status, clock() - timedelta(seconds=late)))
    await add(office, events, **event(clock() - timedelta(seconds=7)))
    async with office.database.read() as connection:
        found = samples(Metrics().text(await figures.read(connection, clock())).decode())
    assert found["csbm_deliveries", (("status", "pending"),)] == 2
    assert found["csbm_deliveries", (("status", "dead"),)] == 1
    assert found["csbm_deliveries", (("status", "bounced"),)] == 0
    assert found["csbm_waiting_events", ()] == 1
    assert found["csbm_oldest_event_seconds", ()] == pytest.approx(7)
    assert found["csbm_oldest_pending_seconds", ()] == pytest.approx(90)
    assert found["csbm_workers", (("kind", "inside"),)] == 1


async def test_metrics_are_for_this_machine_or_an_administrators_token(office_sqlite: Office) -> None:
    away = browser(office_sqlite, "203.0.113.9")
    assert away.get("/metrics").status_code == 401
    administrator, auditor = (
        await enrol(office_sqlite, None, "administrator"),
        await enrol(office_sqlite, None, "auditor"),
    )
    manager = await enrol(office_sqlite, "PER", "manager")

    async def status(actor: Actor, *scopes: str) -> int:
        async with office_sqlite.act(actor) as act:
            secret, _ = await tokens.create(act, "scrape", scopes, 7)
        return away.get("/metrics", headers={"authorization": f"Bearer {secret}"}).status_code

    assert await status(administrator, "manage") == 200
    assert await status(administrator, "read") == 401
    assert await status(auditor, "read") == 401
    assert await status(manager, "manage") == 401


async def test_a_proxy_on_this_machine_does_not_open_the_metrics_to_everybody(office_sqlite: Office) -> None:
    assert browser(office_sqlite).get("/metrics").status_code == 200
    for header in ("x-forwarded-for", "forwarded"):
        assert browser(office_sqlite).get("/metrics", headers={header: "for=203.0.113.9"}).status_code == 401


# What doctor finds


async def found(office: Office, check: str) -> Finding:
    """The one finding of a check."""
    (finding,) = [finding for finding in await doctor.findings(office) if finding.check == check]
    return finding


@pytest.fixture
def office_now(office: Office, clock: Clock) -> Office:
    """An office whose clock is the machine's."""
    clock.set(datetime.now(UTC))
    return office


async def test_a_node_in_order_has_nothing_but_good_findings(office_now: Office) -> None:
    office_now.settings.data_dir.mkdir()
    async with office_now.act(COMMAND) as act:
        await signatures.ensure_key(act)
        for state in (await directory.load(act.connection)).states():
            await act.connection.execute(
                sa.insert(subscriptions).values(
                    id=new_id(), party=state.code, kind="official", channel="email", address="a@b.example",
                    host="b.example", language="es", generation=0, active=True, created_at=act.now,
                    confirmed_at=act.now,
                )
            )  # fmt: skip
    await beat(office_now)
    assert [finding for finding in await doctor.findings(office_now) if finding.level != "ok"] == []


async def test_no_worker_is_an_error_that_says_how_to_start_one(office_now: Office) -> None:
    finding = await found(office_now, "worker")
    assert finding.level == "error" and "csbm-notify worker" in str(finding.todo)


async def test_another_secret_key_than_that_of_the_data_is_found(office_now: Office) -> None:
    assert (await found(office_now, "signing_key")).level == "error"
    async with office_now.act(COMMAND) as act:
        await signatures.ensure_key(act)
    assert (await found(office_now, "signing_key")).level == "ok"
    other = replace(office_now, vault=Vault("another secret than the one of the data"))
    finding = await found(other, "signing_key")
    assert finding.level == "error" and "NOTIFY_SECRET_KEY" in str(finding.todo)


async def test_deliveries_that_were_given_up_and_news_that_waits_are_found(office_now: Office, clock: Clock) -> None:
    assert (await found(office_now, "deliveries")).level == (await found(office_now, "waiting")).level == "ok"
    # A letter that is erased cannot be sent again; an invitation can.
    await add(office_now, deliveries, **{**delivery("dead", clock()), "kind": "letter"})
    assert (await found(office_now, "deliveries")).level == "ok"
    await add(office_now, deliveries, **{**delivery("dead", clock()), "kind": "invitation"})
    await add(office_now, events, **event(clock() - timedelta(minutes=2)))
    dead, waiting = await found(office_now, "deliveries"), await found(office_now, "waiting")
    assert (dead.level, str(dead.what)) == ("warning", "1 delivery was given up.")
    assert waiting.level == "warning" and "120 s" in str(waiting.what)


async def test_states_that_no_channel_reaches_are_named(office_now: Office, clock: Clock) -> None:
    await add(
        office_now, subscriptions, id=new_id(), party="BOL", kind="official", channel="webhook",
        address="https://b.example", host="b.example", language="es", generation=0, active=True, created_at=clock(),
        confirmed_at=clock(),
    )  # fmt: skip
    finding = await found(office_now, "channels")
    assert finding.level == "warning"
    assert "PER" in str(finding.what) and "BOL" not in str(finding.what)


async def test_a_head_of_the_audit_log_that_does_not_fit_is_found(office_now: Office) -> None:
    async with office_now.act(COMMAND) as act:
        await append(act, "node.test", "node", "1")
    assert (await found(office_now, "audit")).level == "ok"
    async with office_now.database.write() as connection:
        await connection.execute(sa.update(audit_head).values(size=2))
    finding = await found(office_now, "audit")
    assert finding.level == "error" and "audit verify" in str(finding.todo)


async def test_a_database_of_another_schema_or_away_is_found_first(
    settings: Settings, empty_database: Database
) -> None:
    first = (await doctor.findings(Office(settings, empty_database, Vault(settings.key()))))[0]
    assert (first.level, first.check) == ("error", "schema") and "csbm-notify migrate" in str(first.what)
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    first = (await doctor.findings(Office(settings, away, Vault(settings.key()))))[0]
    assert (first.level, first.check) == ("error", "database")
    await away.close()


def test_clocks_that_differ_by_more_than_two_seconds_are_found() -> None:
    asked = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)
    answered = asked + timedelta(seconds=1)
    for theirs, level in ((0.5, "ok"), (-1.9, "ok"), (2.9, "ok"), (-2.1, "warning"), (3.1, "warning")):
        assert doctor.clocks(asked, asked + timedelta(seconds=theirs), answered).level == level


# What stands around


WithSettings = Callable[..., Office]


@pytest.fixture
def with_settings(office_sqlite: Office) -> WithSettings:
    """The office with other settings."""

    def changed(**values: object) -> Office:
        return replace(office_sqlite, settings=Settings.model_validate(office_sqlite.settings.model_dump() | values))

    return changed


async def test_a_mail_server_that_does_not_answer_is_found(with_settings: WithSettings, smtp: SmtpServer) -> None:
    assert (await found(with_settings(smtp_url=smtp.url), "smtp")).level == "ok"
    assert smtp.mails == []
    finding = await found(with_settings(smtp_url="smtp://127.0.0.1:1"), "smtp")
    assert finding.level == "error" and "127.0.0.1:1" in str(finding.what)
    no_tls = await found(with_settings(smtp_url=f"{smtp.url}?starttls=1"), "smtp")
    assert no_tls.level == "error" and "STARTTLS" in str(no_tls.what)


async def test_a_redis_that_does_not_answer_is_found(with_settings: WithSettings, valkey: Valkey) -> None:
    assert (await found(with_settings(redis_url=valkey.url), "redis")).level == "ok"
    valkey.stop()
    assert (await found(with_settings(redis_url=valkey.url), "redis")).level == "warning"


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("https://notices.example", "ok"),
        ("http://127.0.0.1:8000", "ok"),
        ("http://[::1]:8000", "ok"),
        ("http://notices.example", "warning"),
    ],
)
async def test_an_address_without_encryption_is_found(with_settings: WithSettings, url: str, level: str) -> None:
    assert (await found(with_settings(base_url=url), "base_url")).level == level


async def test_a_sender_that_no_server_knows_is_found(with_settings: WithSettings, smtp: SmtpServer) -> None:
    unknown = "notices@localhost.localdomain"
    assert (await found(with_settings(mail_from=unknown), "mail_from")).level == "ok"  # no mail leaves the machine
    assert (await found(with_settings(mail_from=unknown, smtp_url=smtp.url), "mail_from")).level == "warning"
    assert (await found(with_settings(smtp_url=smtp.url), "mail_from")).level == "ok"


async def test_a_folder_that_cannot_be_written_to_is_found(with_settings: WithSettings) -> None:
    finding = await found(with_settings(data_dir=Path("/dev/null/data")), "data_dir")
    assert finding.level == "error" and "/dev/null/data" in str(finding.what)
