"""What may not be committed: folders of one machine, addresses of package registries, built or secret files.

A lock file that records where a package came from ties everybody to that place, and a path of one machine works on
that one only. Run by `make lint`; prints a line a finding.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from scripts.node import ROOT

# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a folder of one machine": re.compile(r"(?<![\w.<}])/(?:wor[k]|roo[t])/[\w.]"),
    "the address of a package registry": re.compile(
        r"registry\.npmj[s]|registry\.yarnpk[g]|pypi\.or[g]/simple|files\.pythonhoste[d]|(?:index|registry)[-_]ur[l]\s*="
    ),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KE[Y]-----"),
}
UNWANTED_FOLDERS = {"node_modules", "vendor", "var", "dist", "__pycache__", ".venv"}
UNWANTED_NAMES = {"uv.lock", ".env", ".DS_Store"}
LARGEST = 1_000_000
"""Bytes of one committed file."""


def committed() -> list[str]:
    """The files of the checkout that git has or would take. Raises CalledProcessError outside a checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def findings(name: str, content: bytes) -> Iterator[str]:
    """What is wrong with one file, a sentence each."""
    path = PurePosixPath(name)
    if UNWANTED_FOLDERS.intersection(path.parts[:-1]) or path.name in UNWANTED_NAMES:
        yield f"{name}: made on each machine, not committed."
    if len(content) > LARGEST:
        yield f"{name}: {len(content):,} bytes; {LARGEST:,} at most."
    if b"\0" in content[:1024]:
        return
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        for what, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield f"{name}:{number}: holds {what}."


def main(root: Path = ROOT) -> int:
    """Prints every finding; 0 where there is none."""
    names = committed()
    found = [finding for name in names for finding in findings(name, (root / name).read_bytes())]
    print("\n".join(found) or f"{len(names)} files: nothing that may not be committed.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
