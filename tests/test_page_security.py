"""Headers, cookies and forms: what another site cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from notify.actor import Actor
from notify.web.cookies import SESSION
from notify.web.forms import Form
from notify.web.security import local_path
from tests.support.pages import HOME, Page, Stage, make_client

HERE = {"Origin": HOME}


@pytest.fixture
def stage() -> Stage:
    return Stage(template="signin.html", context={"form": Form(), "next": "/", "demo_parties": []})


@pytest.fixture
def client(stage: Stage, tmp_path: Path) -> TestClient:
    return make_client(stage, tmp_path)


def officer() -> Actor:
    return Actor("person", "page", "1", "PER", frozenset({"officer"}), name="Cap. L. Ramos", language="es")


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for answer in (client.get("/page"), client.get("/nowhere")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in answer.headers


def test_under_https_cookies_are_host_only_and_the_browser_stays_with_https(stage: Stage, tmp_path: Path) -> None:
    answer = make_client(stage, tmp_path, base_url="https://notices.example").get("/page?lang=fr")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}


def test_pages_are_kept_by_no_cache(client: TestClient) -> None:
    assert client.get("/page").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("headers", [HERE, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_a_form_of_ours_is_accepted(stage: Stage, client: TestClient, headers: dict[str, str]) -> None:
    token = Page(client.get("/page").text).csrf
    assert client.post("/page", data={"csrf": token, "x": "1"}, headers=headers).status_code == 303
    assert stage.received[0].get("x") == "1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", **HERE},
        {"Sec-Fetch-Site": "same-site", **HERE},
    ],
)
def test_a_form_from_elsewhere_is_refused(stage: Stage, client: TestClient, headers: dict[str, str]) -> None:
    token = Page(client.get("/page").text).csrf
    answer = client.post("/page?lang=en", data={"csrf": token}, headers=headers)
    assert answer.status_code == 403
    assert "Load the page again and send it once more." in answer.text
    assert not stage.received


def test_a_form_without_its_token_is_refused(stage: Stage, client: TestClient) -> None:
    token = Page(client.get("/page").text).csrf
    for forged in ("", "x", token[:-1], token.replace(".", ""), "x" + token):
        assert client.post("/page", data={"csrf": forged}, headers=HERE).status_code == 403
    assert not stage.received


def test_a_token_holds_for_its_browser_alone(stage: Stage, client: TestClient, tmp_path: Path) -> None:
    token = Page(client.get("/page").text).csrf
    other = make_client(stage, tmp_path)
    other.get("/page")
    assert other.post("/page", data={"csrf": token}, headers=HERE).status_code == 403


def test_a_token_holds_for_its_session_alone(stage: Stage, client: TestClient) -> None:
    before = Page(client.get("/page").text).csrf
    stage.state["actor"] = officer()
    client.cookies.set(SESSION, "one")
    token = Page(client.get("/page").text).csrf
    assert client.post("/page", data={"csrf": before}, headers=HERE).status_code == 403
    assert client.post("/page", data={"csrf": token}, headers=HERE).status_code == 303
    client.cookies.set(SESSION, "two")
    assert client.post("/page", data={"csrf": token}, headers=HERE).status_code == 403


def test_two_pages_carry_two_tokens_and_both_hold(client: TestClient) -> None:
    tokens = {Page(client.get("/page").text).csrf for _ in range(2)}
    assert len(tokens) == 2
    for token in tokens:
        assert client.post("/page", data={"csrf": token}, headers=HERE).status_code == 303


@pytest.mark.parametrize(
    ("address", "led_to"),
    [
        ("/inbox?q=1", "/inbox?q=1"),
        ("//evil.example", "/"),
        ("//[", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("inbox", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_led_elsewhere(address: str, led_to: str) -> None:
    assert local_path(address) == led_to
