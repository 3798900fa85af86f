"""Set-up and the wheel: what is fetched is locked, what is shipped is whole, what is missing is named."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

from scripts import assets, browser, check_tree, node, setup
from scripts.node import ROOT

STATIC = ROOT / "notify" / "static"


def pins(lock: str) -> dict[str, set[str]]:
    """The versions of a lock file by package; one package can have one for each Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE
    ):
        found.setdefault(name, set()).add(version)
    return found


def program(folder: Path, name: str, script: str) -> Path:
    """An executable shell script."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


# Locks


@pytest.mark.parametrize("lock", ["run.txt", "build.txt", "node.txt", "dev.txt"])
def test_every_locked_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries and all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "--index" not in text and "--find-links" not in text


def test_the_application_has_the_versions_that_the_tests_have() -> None:
    tested = pins("dev.txt")
    for lock in ("run.txt", "build.txt"):
        assert {name: versions for name, versions in pins(lock).items() if tested.get(name) != versions} == {}


def test_the_project_asks_for_exactly_what_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + [d for d in project["dependency-groups"]["dev"] if isinstance(d, str)]
    locked = pins("dev.txt")
    for requirement in asked:
        name, version = re.fullmatch(r"([a-z0-9-]+)(?:\[[a-z]+\])?==(\S+)", requirement).groups()  # type: ignore[union-attr]
        assert locked[name] == {version}, requirement


def test_the_npm_lock_has_hashes_and_no_address_of_a_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages and all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not [name for name, entry in packages.items() if "resolved" in entry]


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("see /wo" + "rk/main/notify", "a folder of one machine"),
        ('"resolved": "https://registry.npm' + 'js.org/sass"', "the address of a package registry"),
        ("-----BEGIN PRIVATE" + " KEY-----", "a private key"),
    ],
)
def test_what_may_not_be_committed_is_found_with_its_line(line: str, finding: str) -> None:
    found = list(check_tree.findings("docs/x.md", f"first\n{line}\n".encode()))
    assert found == [f"docs/x.md:2: holds {finding}."]
    assert list(check_tree.findings("docs/x.md", b"network/working, ../root/x\n")) == []
    assert list(check_tree.findings("var/x.js", b"")) == ["var/x.js: made on each machine, not committed."]


# Set-up


@pytest.mark.slow
def test_a_second_setup_finds_everything_in_place_at_once() -> None:
    started = time.monotonic()
    missing = [step.name for level in setup.LEVELS for step in setup.plan(level) if not step.is_done()]
    assert missing == [], "`make setup-test` brings it"
    assert time.monotonic() - started < 3 * len(setup.LEVELS)


def test_a_step_is_done_again_when_a_file_that_decides_it_changes(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock.txt", tmp_path / "stamps" / "packages"
    lock.write_text("a==1")
    assert not setup.is_stamped(stamp, [lock])
    setup.put_stamp(stamp, [lock])
    assert setup.is_stamped(stamp, [lock])
    lock.write_text("a==2")
    assert not setup.is_stamped(stamp, [lock])


@pytest.mark.parametrize(
    ("named", "holds", "database", "removed"),
    [
        (None, "half.db", None, True),
        ("elsewhere", "demo.json", None, True),
        ("elsewhere", "holiday.jpg", None, False),
        (None, "demo.json", "postgresql+asyncpg://db/notify", False),
    ],
)
def test_the_demonstration_is_removed_and_nothing_else(
    tmp_path: Path, named: str | None, holds: str, database: str | None, removed: bool
) -> None:
    folder = tmp_path / (named or "var/demo")
    folder.mkdir(parents=True)
    (folder / holds).touch()
    given = {"NOTIFY_DATA_DIR": named, "NOTIFY_DATABASE_URL": database}
    environment = {"PATH": os.environ["PATH"], **{name: value for name, value in given.items() if value}}
    ended = subprocess.run(
        ["sh", ROOT / "scripts/remove-demo.sh"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ((ended.returncode == 0), folder.exists()) == (removed, not removed)
    assert bool(ended.stderr) is not removed


def test_a_python_that_is_too_old_is_passed_over_and_named(tmp_path: Path) -> None:
    old = program(tmp_path, "old-python", "exit 1")
    command = ["sh", "scripts/setup.sh", "run"]
    answer = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHON": str(old)}, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "Python 3.11 or newer is missing" in answer.stderr and str(old) in answer.stderr


@pytest.mark.parametrize(
    ("version", "taken"), [("v18.20.4", False), ("v20.18.9", False), ("v20.19.0", True), ("v24.1.0", True)]
)
def test_node_on_path_is_taken_only_when_it_is_new_enough(
    version: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "node", f"echo {version}")
    npm = program(tmp_path, "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert node.on_path() == ([str(npm)] if taken else None)


def test_a_browser_named_by_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path, "my-browser", "exit 0")
    monkeypatch.setenv(browser.VARIABLE, str(named))
    assert browser.find() == str(named)
    monkeypatch.setenv(browser.VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(FileNotFoundError, match=browser.VARIABLE):
        browser.find()


def test_a_program_that_only_says_how_to_install_a_browser_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "chromium-browser", "echo install it; exit 1")
    real = program(tmp_path, "google-chrome", "echo Google Chrome 150")
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find() == str(real)


# Browser assets and the wheel


def test_everything_that_a_stylesheet_or_script_loads_is_there() -> None:
    loaded = [
        (sheet.parent / address).resolve()
        for sheet in (STATIC / "look.css", STATIC / "vendor" / "govuk.css")
        for address in re.findall(r"url\([\"']?([^)\"']+)", sheet.read_text())
        if not address.startswith("data:")
    ]
    loaded += [(STATIC / name).resolve() for name in re.findall(r"from '([^']+)'", (STATIC / "start.js").read_text())]
    assert len(loaded) >= 5
    assert [str(file) for file in loaded if not file.is_file()] == []


def test_no_stylesheet_or_page_script_names_another_host() -> None:
    ours = [file for file in STATIC.glob("*.*") if file.suffix in (".css", ".js", ".svg")]
    for file in [*ours, STATIC / "vendor" / "govuk.css"]:
        addresses = re.findall(r"https?://[^\s\"')]+", file.read_text())
        assert [address for address in addresses if not address.startswith("http://www.w3.org/")] == [], file.name


@pytest.mark.server
def test_the_wheel_holds_all_that_the_application_reads(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        [entry_points] = [archive.read(name).decode() for name in names if name.endswith("entry_points.txt")]

    committed = set(check_tree.committed())
    wanted = {name for name in committed if name.startswith(("notify/", "worker/"))}
    wanted |= {f"notify/_{name}" for name in committed if name.startswith("templates/")}
    wanted |= {file.relative_to(ROOT).as_posix() for file in assets.outputs()}
    assert wanted - names == set()
    assert {name for name in names - wanted if ".dist-info/" not in name} == set()
    assert "csbm-notify = notify.cli:main" in entry_points


@pytest.mark.server
def test_a_wheel_without_its_browser_assets_is_refused(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE", "scripts/build_hook.py", "notify/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    answer = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode != 0
    assert "`make dist` builds the browser assets first" in answer.stderr + answer.stdout
    assert not list(tmp_path.rglob("*.whl"))
