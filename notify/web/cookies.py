"""Cookies as this service sets them: host-only, out of reach of scripts, never sent along from another site's form."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from notify.settings import Settings

SESSION = "session"


def cookie_name(settings: Settings, name: str) -> str:
    """The name under which a cookie is set: under https ``__Host-``, which no other host can forge (RFC 6265bis)."""
    return f"__Host-{name}" if settings.is_https else name


def read_cookie(connection: HTTPConnection, settings: Settings, name: str) -> str:
    """The value of a cookie, "" when the browser sent none."""
    return connection.cookies.get(cookie_name(settings, name), "")


def set_cookie(response: Response, settings: Settings, name: str, value: str, seconds: int | None = None) -> None:
    """Set a cookie that lives ``seconds``, or as long as the browser is open when None."""
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=seconds,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(
        cookie_name(settings, name), path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )
