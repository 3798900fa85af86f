"""/feeds/public/… and /feeds/{token}/…: Atom, JSON Feed and iCalendar, with conditional requests.

A 304 costs one short query. The version of a feed is a position of its scope's own log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from notify.feeds import atom, calendar, jsonfeed
from notify.feeds.items import items_for, notices_for
from notify.feeds.scope import FeedScope, find
from notify.language import LANGUAGES, text, translator
from notify.notices.filters import filters_of
from notify.notices.outbox import PUBLIC
from notify.office import Office
from notify.parties import directory

FILES = {"notices.atom": atom.MEDIA_TYPE, "notices.json": jsonfeed.MEDIA_TYPE, "calendar.ics": calendar.MEDIA_TYPE}


def feed_routes() -> list[Route]:
    """One route a file."""
    return [Route(f"/feeds/{{token}}/{name}", _feed(name), methods=["GET"]) for name in FILES]


def _feed(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await serve(request, name)

    return endpoint


async def serve(request: Request, name: str) -> Response:
    """Answer with a feed, or 304."""
    office: Office = request.app.state.office
    asked = request.query_params.get("lang", "")
    scope = await find(office.database, request.path_params["token"], asked if asked in LANGUAGES else "en")
    etag = scope.etag(name, request.url.query)
    headers = {
        "etag": etag,
        "cache-control": "public, max-age=60" if scope.scope == PUBLIC else "private, no-cache",
        "x-robots-tag": "noindex",
    }
    if scope.changed_at is not None:
        headers["last-modified"] = format_datetime(scope.changed_at.replace(microsecond=0), usegmt=True)
    if _unchanged(request, etag, scope):
        return Response(status_code=304, headers=headers)
    language = asked if asked in LANGUAGES else scope.language
    body = await _render(office, scope, request, name, language)
    return Response(body, headers=headers, media_type=f"{FILES[name]}; charset=utf-8")


def _unchanged(request: Request, etag: str, scope: FeedScope) -> bool:
    """RFC 9110, 13.1: If-None-Match first; If-Modified-Since only without it."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in tags.split(","))
    since = request.headers.get("if-modified-since")
    if since is None or scope.changed_at is None:
        return False
    try:
        return scope.changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


async def _render(office: Office, scope: FeedScope, request: Request, name: str, language: str) -> bytes:
    say = translator(language)
    base = office.settings.base_url
    self_url = f"{base}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
    async with office.database.read() as connection:
        parties = await directory.load(connection, office.clock())
        found = await notices_for(connection, scope, filters_of(request.query_params))
        items = await items_for(connection, found, parties, say, base)
    if scope.scope == PUBLIC:
        title = say(text("Advance notices between states: public"))
    else:
        title = say(text("Advance notices between states: %(party)s", party=parties.name(scope.scope, language)))
    if name == "notices.atom":
        return atom.render(items, title, self_url, base, scope.changed_at, say)
    if name == "notices.json":
        return jsonfeed.render(items, title, self_url, base, say)
    return calendar.render(items, title, office.settings.mail_from, say)
