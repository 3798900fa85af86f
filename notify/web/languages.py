"""In which language a page is: asked for, chosen in this browser, the account's, the browser's own, else Spanish."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notify.actor import Actor
from notify.language import LANGUAGES
from notify.settings import Settings
from notify.web.cookies import drop_cookie, read_cookie, set_cookie

DEFAULT = "es"
COOKIE = "language"
_YEAR_SECONDS = 365 * 86400

NAMES = {"es": "Español", "en": "English", "pt": "Português", "fr": "Français"}
"""Each language by its own name: these are never translated."""


def language_of(request: Request) -> str:
    """The language to answer in.

    A choice made with the switch holds for the person who made it: another account in the same browser gets its own.
    """
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    actor: Actor | None = getattr(request.state, "actor", None)
    chosen, _, person = read_cookie(request, request.app.state.office.settings, COOKIE).partition(".")
    if chosen in LANGUAGES and person == _person(actor):
        return chosen
    if actor is not None:
        return actor.language
    return accepted(request.headers.get("accept-language", "")) or DEFAULT


def remember(request: Request, response: Response) -> None:
    """Keep what ``?lang=`` asked for, so that the next page has the same language."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        settings = request.app.state.office.settings
        actor: Actor | None = getattr(request.state, "actor", None)
        set_cookie(response, settings, COOKIE, f"{asked}.{_person(actor)}", _YEAR_SECONDS)


def forget(response: Response, settings: Settings) -> None:
    """Drop what was chosen, so that the account's language holds again: for the page that changes it."""
    drop_cookie(response, settings, COOKIE)


def _person(actor: Actor | None) -> str:
    return (actor.person_id or "") if actor is not None else ""


def accepted(header: str) -> str | None:
    """The one of `LANGUAGES` that an Accept-Language header (RFC 9110, 12.5.4) likes best, or None."""
    best: tuple[float, str] | None = None
    for part in header.split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().partition("-")[0].lower()
        weight = _weight(parameters)
        if language in LANGUAGES and weight > 0 and (best is None or weight > best[0]):
            best = (weight, language)
    return best[1] if best else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
