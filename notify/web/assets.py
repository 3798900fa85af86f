"""The files that browsers load: addressed by their content, so that they can be kept for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "static"
_YEAR_SECONDS = 365 * 86400


def static(path: str) -> str:
    """The address of a file of `FOLDER`; it changes with the file's content."""
    try:
        modified = (FOLDER / path).stat().st_mtime_ns
    except FileNotFoundError:
        return f"/static/{path}"
    return f"/static/{path}?v={_fingerprint(path, modified)}"


@lru_cache(maxsize=256)
def _fingerprint(path: str, modified: int) -> str:
    return hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:12]


class Assets(StaticFiles):
    """Serves `FOLDER`: what was asked for by its content is kept, anything else is asked for again each hour."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = "v" in parse_qs(scope.get("query_string", b"").decode("latin-1"))
        kept = f"max-age={_YEAR_SECONDS}, immutable" if versioned else "max-age=3600"
        response.headers["Cache-Control"] = f"public, {kept}"
        return response
