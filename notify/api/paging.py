"""Lists: ``limit`` (1 to 200, 50 unless given) and ``cursor``."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from notify.digits import whole
from notify.errors import Fault, Invalid
from notify.language import text
from notify.notices.reading import bad_cursor

DEFAULT = 50
MOST = 200


def limit_and_cursor(request: Request) -> tuple[int, str | None]:
    """What a list was asked for. Raises `Invalid`."""
    given = request.query_params.get("limit", str(DEFAULT))
    limit = whole(given)
    if limit is None or not 1 <= limit <= MOST:
        raise Invalid([Fault("/limit", text("Give a whole number from 1 to 200."))])
    cursor = request.query_params.get("cursor")
    if cursor is not None and (not cursor or len(cursor) > 200 or not cursor.isascii()):
        raise bad_cursor()
    return limit, cursor


def paged(request: Request, items: Sequence[dict[str, object]]) -> dict[str, object]:
    """A page of a list that is short enough to be read as a whole; the cursor is a place in it."""
    limit, cursor = limit_and_cursor(request)
    start = whole(cursor or "0")
    if start is None:
        raise bad_cursor()
    more = str(start + limit) if len(items) > start + limit else None
    return {"items": list(items[start : start + limit]), "next_cursor": more}
