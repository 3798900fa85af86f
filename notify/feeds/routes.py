"""/feeds/public/… and /feeds/{token}/…: Atom, JSON Feed and iCalendar, with conditional requests.

A 304 costs one short query. The version of a feed is a position of its scope's own log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notify.errors import Refused
from notify.feeds import atom, calendar, jsonfeed
from notify.feeds.items import items_for, notices_for
from notify.feeds.scope import FeedScope, find
from notify.language import LANGUAGES, text, translator
from notify.notices.filters import filters_of
from notify.notices.outbox import PUBLIC
from notify.notices.reading import Filters
from notify.office import Office
from notify.parties import directory

FILES = {"notices.atom": atom.MEDIA_TYPE, "notices.json": jsonfeed.MEDIA_TYPE, "calendar.ics": calendar.MEDIA_TYPE}

LONGEST_QUERY = 1_000
"""Bytes: anybody may ask, and what was asked is kept in memory for a while."""


def feed_routes() -> list[Route]:
    """One route a file."""
    return [Route(f"/feeds/{{token}}/{name}", _feed(name), methods=["GET"]) for name in FILES]


def _feed(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await serve(request, name)

    return endpoint


async def serve(request: Request, name: str) -> Response:
    """Answer with a feed, or 304. Raises `NotVisible` for a token that opens none, `Invalid` for a bad filter."""
    office: Office = request.app.state.office
    if len(request.scope["query_string"]) > LONGEST_QUERY:
        raise Refused(text("Shorten the address: what follows its question mark is too long."))
    params = request.query_params if request.scope["query_string"] else None
    asked = params.get("lang") if params else None
    scope = await find(office.database, request.path_params["token"], asked if asked in LANGUAGES else None)
    filters = filters_of(params) if params else Filters()
    # Written anew, so that nothing of an address stands in a feed but what an address can hold.
    query = urlencode(params.multi_items()) if params else ""
    settings = office.settings
    etag = scope.etag(name, query, settings.base_url, settings.mail_from)
    # The version is read before what it is of: a notice published in between is newer than its ETag says, never older.
    if _unchanged(request, etag, scope.changed_at):
        response = Response(status_code=304)
    else:
        body = await _render(office, scope, name, request.url.path, query, filters)
        response = Response(body, media_type=f"{FILES[name]}; charset=utf-8")
    response.raw_headers += _head(etag, scope.changed_at, scope.scope == PUBLIC)
    return response


@lru_cache(maxsize=256)
def _head(etag: str, changed_at: datetime, public: bool) -> tuple[tuple[bytes, bytes], ...]:
    """The fields of a version's answers, as they are sent: most answers are a 304 of the one before."""
    fields = {
        "etag": etag,
        "last-modified": format_datetime(changed_at.replace(microsecond=0), usegmt=True),
        "cache-control": "public, max-age=60" if public else "private, no-cache",
        "x-robots-tag": "noindex",
    }
    return tuple((name.encode(), value.encode()) for name, value in fields.items())


def _unchanged(request: Request, etag: str, changed_at: datetime) -> bool:
    """RFC 9110, 13.1 and 13.2.2: If-None-Match first; If-Modified-Since only without it."""
    fields = request.headers.getlist("if-none-match")
    if fields:
        tags = [tag.strip().removeprefix("W/") for field in fields for tag in field.split(",")]
        return etag in tags or "*" in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


async def _render(office: Office, scope: FeedScope, name: str, path: str, query: str, filters: Filters) -> bytes:
    say = translator(scope.language)
    base = office.settings.base_url
    asked = f"?{query}" if query else ""
    async with office.database.read() as connection:
        parties = await directory.load(connection, office.clock())
        found = await notices_for(connection, scope, filters)
        items = await items_for(connection, found, parties, say, base)
    if scope.scope == PUBLIC:
        title = say(text("Advance notices between states: public"))
    else:
        title = say(text("Advance notices between states: %(party)s", party=parties.name(scope.scope, scope.language)))
    if name == "notices.atom":
        # Its name outlives a new token, and tells it to nobody to whom the feed is shown.
        feed_id = f"{base}/feeds/{scope.subscription_id or PUBLIC}/{name}{asked}"
        return atom.render(items, title, feed_id, f"{base}{path}{asked}", base, scope.changed_at, say)
    if name == "notices.json":
        return jsonfeed.render(items, title, f"{base}{path}{asked}", base, say)
    return calendar.render(items, title, office.settings.mail_from)
