"""A Chromium for the browser tests: where it is, and how it comes.

Searched in this order: the environment variable BROWSER_PATH, PATH, Playwright's own install in .venv/browsers. Where
there is none `make test` takes Debian's package when it may (root), otherwise Playwright's own install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.node import ROOT

VARIABLE = "BROWSER_PATH"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OWN = ROOT / ".venv" / "browsers"
"""Playwright's own install; not its default folder, so that a new HOME does not lose it."""

_WHERE = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def find() -> str | None:
    """The program's path, or None. Raises FileNotFoundError when BROWSER_PATH names none."""
    named = os.environ.get(VARIABLE)
    if named:
        path = shutil.which(named)
        if path is None:
            raise FileNotFoundError(f"{VARIABLE} names {named}, which is no program.")
        return path
    for name in NAMES:
        path = shutil.which(name)
        if path and starts(path):
            return path
    return _own()


def starts(path: str) -> bool:
    """Whether it is a browser that tells its version; Ubuntu's chromium-browser can be a hint to install another."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def install_own() -> None:
    """Playwright's own install, about 180 MB, without a word. Raises CalledProcessError where it cannot be had."""
    command = [_python(), "-m", "playwright", "install", "--no-shell", "chromium"]
    subprocess.run(command, cwd=ROOT, env=_environment(), check=True, capture_output=True)


def _own() -> str | None:
    if not OWN.is_dir():
        return None
    command = [_python(), "-c", _WHERE]
    answer = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return path if answer.returncode == 0 and starts(path) else None


def _environment() -> dict[str, str]:
    return {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(OWN)}


def _python() -> str:
    inside = ROOT / ".venv" / "bin" / "python"
    return str(inside) if inside.exists() else sys.executable
