"""``serve`` and ``worker`` as processes: they get ready, work, share the work, end in order, say what stops them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.testclient import TestClient

from notify.app import create_app
from notify.migrations import SchemaError
from notify.office import Office
from notify.settings import Settings
from tests.support.child import Child
from tests.support.processes import ROOT, Site, environment, run
from tests.support.receiver import Receiver
from tests.support.served import neighbours
from tests.support.valkey import Valkey

START = 120
"""Seconds in which a process has started, however busy the machine is."""


async def get(url: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer."""
    async with aiohttp.ClientSession(trust_env=False) as client, client.get(url) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, await answer.text()


def with_valkey(settings: Settings, valkey: Valkey) -> Settings:
    return settings.model_copy(update={"redis_url": valkey.url})


@pytest.fixture
def embedded(office_sqlite: Office, tmp_path: Path) -> Iterator[Site]:
    """A site on SQLite."""
    started = Site(office_sqlite.settings, tmp_path)
    yield started
    started.close()


@pytest.fixture
def apart(office_postgresql: Office, valkey: Valkey, tmp_path: Path) -> Iterator[Site]:
    """A site on PostgreSQL with Valkey, whose workers are processes of their own."""
    started = Site(with_valkey(office_postgresql.settings, valkey), tmp_path)
    yield started
    started.close()


# The two set-ups


@pytest.mark.server
async def test_one_process_on_sqlite_serves_and_delivers_and_ends_in_order(embedded: Site, receiver: Receiver) -> None:
    web = embedded.web()
    await web.ready(START)
    peru = await neighbours(embedded.settings, web.url, receiver)
    notice, _ = await peru.publishes()
    (hook,) = await receiver.wait(1, "/bolivia")
    assert json.loads(hook.body)["data"]["notice"]["id"] == notice["id"]
    status, headers, _ = await get(f"{web.url}/signin")
    assert status == 200 and "server" not in headers
    assert web.child.stop(signal.SIGTERM) == 0
    assert "Traceback" not in web.child.tail()


@pytest.mark.server
async def test_web_and_worker_apart_are_ready_together_and_end_in_order(apart: Site, receiver: Receiver) -> None:
    web = apart.web()
    await web.alive(START)
    status, _, text = await get(f"{web.url}/readyz")
    assert status == 503 and json.loads(text)["checks"]["worker"]["ok"] is False
    worker = apart.worker()
    await web.ready(START)
    peru = await neighbours(apart.settings, web.url, receiver)
    await peru.publishes()
    await receiver.wait(1, "/bolivia")
    began = time.monotonic()
    assert worker.child.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 8
    assert (await get(f"{web.url}/readyz"))[0] == 503
    assert web.child.stop(signal.SIGTERM) == 0
    assert "Traceback" not in worker.child.tail() + web.child.tail()


@pytest.mark.server
async def test_arq_alone_runs_the_worker_too(apart: Site, receiver: Receiver, tmp_path: Path) -> None:
    web = apart.web()
    command = [str(Path(sys.executable).parent / "arq"), "worker.settings.WorkerSettings"]
    arq = Child(command, tmp_path / "arq.log", environment=environment(apart.settings), folder=ROOT)
    try:
        await web.ready(START)
        peru = await neighbours(apart.settings, web.url, receiver)
        await peru.publishes()
        await receiver.wait(1, "/bolivia")
        assert arq.is_running, arq.tail()
    finally:
        arq.stop(signal.SIGTERM)
    assert "Traceback" not in arq.tail()


@pytest.mark.server
async def test_several_web_processes_share_a_port_and_add_up_their_counts(embedded: Site) -> None:
    web = embedded.web("--workers", "2")
    await web.ready(START)
    for _ in range(30):
        await get(f"{web.url}/signin")  # a connection each
    _, _, text = await get(f"{web.url}/metrics")
    counted = [line for line in text.splitlines() if line.startswith("csbm_requests_total") and "/signin" in line]
    assert sum(float(line.rsplit(" ", 1)[1]) for line in counted) == 30
    assert web.child.stop(signal.SIGTERM, 20) == 0
    with pytest.raises(aiohttp.ClientError):
        await get(f"{web.url}/healthz")


# What stops a start


@pytest.mark.server
async def test_a_port_in_use_is_one_line_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ["serve", "--demo", "--port", str(port)]
        status, output, errors = await run(words, environment(Settings(data_dir=tmp_path / "demo")), START)
    assert (status, output) == (1, "")
    assert errors == (
        f"csbm-notify: Port {port} of 127.0.0.1 is in use. "
        "Stop what listens there, or choose another port with --port.\n"
    )
    assert not (tmp_path / "demo").exists()


# Requests that are no use


@pytest.mark.server
async def test_a_head_that_is_too_large_is_refused_and_the_others_are_served(embedded: Site) -> None:
    web = embedded.web()
    await web.alive(START)
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
    said = b""
    with contextlib.suppress(ConnectionError):  # it hangs up while more of the head is on its way
        for _ in range(40):
            writer.write(b"X-Long: " + b"x" * 4000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0.005)
        said = await asyncio.wait_for(reader.read(), 5)
    assert not said or said.startswith(b"HTTP/1.1 400")
    writer.close()
    assert (await get(f"{web.url}/healthz"))[0] == 200


# The application by itself


@pytest.fixture
def client(office_sqlite: Office) -> Iterator[TestClient]:
    """A browser on the whole application."""
    app = create_app(office_sqlite.settings)
    with TestClient(app, base_url=office_sqlite.settings.base_url, raise_server_exceptions=False) as opened:
        yield opened


def test_every_answer_has_a_request_id_and_the_safe_headers(client: TestClient) -> None:
    for path in ("/", "/signin", "/nowhere", "/api/v1/notices", "/api/docs", "/healthz", "/static/look.css",
                 "/feeds/public/notices.atom", "/.well-known/jwks.json"):  # fmt: skip
        answer = client.get(path, follow_redirects=False)
        assert answer.headers["x-request-id"], path
        assert "unsafe-inline" not in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff", path


def test_an_answer_to_a_fault_of_ours_has_them_too(client: TestClient) -> None:
    app: Any = client.app
    app.state.renderer = None  # no page can be made now
    answer = client.get("/signin")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] and answer.headers["content-security-policy"]


def test_a_page_takes_no_more_than_a_mebibyte(client: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/signin", content=b"email=" + b"x" * (1024 * 1024), headers=form)
    assert answer.status_code == 413 and "text/html" in answer.headers["content-type"]

    def in_parts() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert client.post("/signin", content=in_parts(), headers=form).status_code == 413
    assert client.post("/api/v1/notices", content=b"x" * 2_000_000).json()["status"] == 413


def test_pages_of_a_demonstration_are_nowhere_else(client: TestClient) -> None:
    for path in ("/demo/mail", "/demo/as"):
        assert client.get(path).status_code == 404
    assert client.post("/demo/as", data={"as": "officer@per.example"}).status_code == 404


def test_starting_on_another_schema_fails(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path))
    with pytest.raises(SchemaError, match="csbm-notify migrate"), TestClient(app):
        pass
