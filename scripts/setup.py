"""Set-up: everything that a command of the Makefile needs, fetched once.

`python -m scripts.setup run` for the application, ``wheel`` for building it alone, ``dev`` for checks and quick tests,
``test`` for every test. Runs on the machine's own Python with nothing but its standard library. A step is done again
when the files that decide it have changed: each leaves a stamp with their hash in .venv/.setup (npm's in node_modules,
so that both go together).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scripts import assets, browser, libical, node
from scripts.node import ROOT

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".setup"
LOCKS = ROOT / "requirements"
LEVELS = ("wheel", "run", "dev", "test")


class SetupError(Exception):
    """Set-up cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Step:
    """One thing to have; `megabytes` is what is fetched for it, measured with empty caches on Linux."""

    name: str
    megabytes: int
    is_done: Callable[[], bool]
    do: Callable[[], None]


# Stamps -------------------------------------------------------------------------------------------------------------


def digest(files: Iterable[Path]) -> str:
    """One hash of all the files."""
    total = hashlib.sha256()
    for file in files:
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(stamp: Path, files: Iterable[Path]) -> bool:
    """Whether the step was last done with these very files."""
    return stamp.exists() and stamp.read_text() == digest(files)


def put_stamp(stamp: Path, files: Iterable[Path]) -> None:
    """Notes that the step is done with these files."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest(files))


# Python -------------------------------------------------------------------------------------------------------------


def has_venv() -> bool:
    """Whether .venv holds a Python that starts, is new enough and has pip."""
    if not PYTHON.exists():
        return False
    check = "import sys, importlib.util as u; sys.exit(sys.version_info < (3, 11) or u.find_spec('pip') is None)"
    return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    """Makes .venv, or gives pip to one that has none (uv makes such)."""
    if PYTHON.exists():
        answer = subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True, check=False)
        if answer.returncode == 0 and has_venv():
            return
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def pip(*arguments: str | Path) -> None:
    """Runs .venv's pip. The locks are complete, so nothing is resolved: ``--no-deps``."""
    options = ["--quiet", "--no-input", "--no-deps", "--disable-pip-version-check", "--no-warn-script-location"]
    environment = {name: value for name, value in os.environ.items() if name not in ("PIP_USER", "PIP_TARGET")}
    subprocess.run([PYTHON, "-m", "pip", "install", *options, *arguments], cwd=ROOT, env=environment, check=True)


def packages(name: str, megabytes: int, title: str, *locks: str) -> Step:
    """The step that installs the packages of lock files."""
    files = [LOCKS / lock for lock in locks]
    stamp = STAMPS / name

    def do() -> None:
        pip("--require-hashes", *[argument for file in files for argument in ("-r", file)])
        put_stamp(stamp, files)

    return Step(title, megabytes, lambda: is_stamped(stamp, files), do)


def project() -> Step:
    """The project itself, editable: the command csbm-notify and the version."""
    files, stamp, command = [ROOT / "pyproject.toml"], STAMPS / "project", VENV / "bin" / "csbm-notify"

    def do() -> None:
        pip("--no-build-isolation", "--no-index", "--editable", ROOT)
        put_stamp(stamp, files)

    return Step("the project itself", 0, lambda: command.exists() and is_stamped(stamp, files), do)


# Browser assets -----------------------------------------------------------------------------------------------------


def npm_packages() -> Step:
    """The packages of package-lock.json in node_modules."""
    files, stamp = [ROOT / "package-lock.json", ROOT / ".npmrc"], ROOT / "node_modules" / ".setup"

    def do() -> None:
        node.npm("ci", "--loglevel=error")
        put_stamp(stamp, files)

    return Step("browser assets by npm", 20, lambda: is_stamped(stamp, files), do)


def vendor() -> Step:
    """The vendor folder of the pages, built from node_modules."""
    stamp = STAMPS / "assets"

    def is_done() -> bool:
        return is_stamped(stamp, assets.inputs()) and all(file.exists() for file in assets.outputs())

    def do() -> None:
        assets.build()
        put_stamp(stamp, assets.inputs())

    return Step("the stylesheet", 0, is_done, do)


def asset_steps(needs_modules: bool) -> list[Step]:
    """What the pages' assets take: nothing but a look where they stand, unless `needs_modules` (tests use axe-core)."""
    modules, folder = npm_packages(), vendor()
    if folder.is_done() and (modules.is_done() or not needs_modules):
        return []
    steps = [modules, folder]
    if node.on_path() is None:
        oldest = ".".join(str(number) for number in node.OLDEST)
        title = f"Node, as a Python wheel (none on PATH that is {oldest} or newer)"
        steps.insert(0, packages("node", 61, title, "node.txt"))
    return steps


# What only the tests need -------------------------------------------------------------------------------------------


def debian(*names: str) -> bool:
    """Installs Debian packages where this is allowed; False where it is not."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *names]
    # A fresh machine's package lists may be missing or old: they are fetched when the first try fails.
    for command in (install, ["apt-get", "update", "--quiet"], install):
        answer = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
        if command is install and answer.returncode == 0:
            return True
    return False


def get_browser() -> None:
    """Brings a Chromium: Debian's, otherwise Playwright's own."""
    if debian("chromium") and browser.find():
        return
    with suppress(subprocess.CalledProcessError):  # the line below says what to do
        browser.install_own()
    if not browser.find():
        raise SetupError(
            "The browser tests need Chromium. Install it (Debian: apt-get install chromium), or name one that is "
            f"there: {browser.VARIABLE}=/path/to/chromium make test"
        )


def get_libical() -> None:
    """Brings libical, which checks the invitations."""
    if not (debian("libical3") and libical.is_there()):
        raise SetupError(
            "The calendar tests need libical 3. Install it "
            "(Debian: apt-get install libical3; macOS: brew install libical)."
        )


# ---------------------------------------------------------------------------------------------------------------------


def plan(level: str) -> list[Step]:
    """The steps of a level, in order."""
    steps = [Step("a virtual environment in .venv", 0, has_venv, make_venv)]
    build = packages("build", 1, "the wheel's builder", "build.txt")
    run = packages("run", 69, "Python packages", "run.txt", "build.txt")
    dev = packages("dev", 182, "Python packages, the tests' too", "dev.txt")
    # Each holds all of those before it.
    enough = {"wheel": [dev, run, build], "run": [dev, run], "dev": [dev], "test": [dev]}[level]
    steps.append(next((step for step in enough if step.is_done()), enough[-1]))
    if level != "wheel":
        steps.append(project())
    steps += asset_steps(needs_modules=level in ("dev", "test"))
    if level == "test":
        steps.append(Step("a Chromium", 120, lambda: browser.find() is not None, get_browser))
        steps.append(Step("libical", 1, libical.is_there, get_libical))
    return steps


def main(level: str) -> int:
    """Does what is not done yet, saying first what will be fetched; 0 when everything is there."""
    try:
        steps = [step for step in plan(level) if not step.is_done()]
        if steps:
            parts = [f"{step.name} ({step.megabytes} MB)" if step.megabytes else step.name for step in steps]
            total = sum(step.megabytes for step in steps)
            print(f"Set-up, {f'about {total}' if total else 'no'} MB to fetch: {', '.join(parts)}.", flush=True)
        for step in steps:
            print(f"  {step.name} …", flush=True)
            step.do()
    except (SetupError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd[:4])
        print(f"Set-up stopped at “{step.name}”: {command} … failed. What is done stays done.", file=sys.stderr)
        return 1
    print("Everything is in place.")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LEVELS:
        sys.exit(f"usage: python -m scripts.setup {'|'.join(LEVELS)}")
    sys.exit(main(sys.argv[1]))
