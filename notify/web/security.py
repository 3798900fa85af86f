"""What keeps pages safe: headers on every answer, and forms that only this service's own pages can send.

A form is accepted when the browser says that it comes from here (Sec-Fetch-Site, else Origin) and when it carries a
token that fits the session, or a cookie of its own for who has none. Cookies are SameSite=Lax besides.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notify.errors import NotAllowed
from notify.language import text
from notify.office import Office
from notify.settings import Settings
from notify.web.cookies import SESSION, cookie_name, read_cookie, set_cookie
from notify.web.forms import Form

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"  # a year; without includeSubDomains: other services of a ministry are not ours to decide on

_FORM_COOKIE = "form"  # what a form's token is bound to for who is not signed in
_MAX_FIELDS = 3000
_MAX_FILES = 20


class SecurityHeaders:
    """Middleware, the outermost: adds the headers, and keeps pages of people who are signed in out of every cache.

    A header that an answer already carries stays as it is.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self.settings.is_https:
                    headers.setdefault("Strict-Transport-Security", _HSTS)
                if state.get("actor") is not None:
                    headers.setdefault("Cache-Control", "no-store")
                self._keep_form_cookie(state.get("form_cookie"), headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _keep_form_cookie(self, value: str | None, headers: MutableHeaders) -> None:
        if value is not None:
            carrier = Response()
            set_cookie(carrier, self.settings, _FORM_COOKIE, value)
            headers.append("Set-Cookie", carrier.headers["set-cookie"])


def csrf_token(request: Request) -> str:
    """A new token for a form on the page that answers ``request``. Two tokens never look alike (BREACH)."""
    office: Office = request.app.state.office
    bound = _bound_to(request, office.settings)
    if bound is None:
        made = getattr(request.state, "form_cookie", None) or secrets.token_urlsafe(18)
        request.state.form_cookie = made
        bound = f"form {made}"
    salt = secrets.token_urlsafe(9)
    return f"{salt}.{office.vault.link_token('csrf', f'{salt} {bound}', 0)}"


def check_csrf(request: Request, token: str) -> None:
    """Raise `NotAllowed` unless a page of this service, opened by this very session, sent the form."""
    office: Office = request.app.state.office
    bound = _bound_to(request, office.settings)
    salt, _, mac = token.partition(".")
    if (
        not _from_here(request, office.settings)
        or bound is None
        or not office.vault.link_matches(mac, "csrf", f"{salt} {bound}", 0)
    ):
        raise NotAllowed(
            text("This form was open for too long or comes from elsewhere. Load the page again and send it once more.")
        )


async def posted(request: Request) -> Form:
    """The form that was sent, checked by `check_csrf`. Raises `NotAllowed`."""
    form = Form(await request.form(max_fields=_MAX_FIELDS, max_files=_MAX_FILES))
    check_csrf(request, form.get("csrf"))
    return form


def local_path(address: str, otherwise: str = "/") -> str:
    """``address`` when it is a path of this service, else ``otherwise``: nobody is led elsewhere by a link of ours."""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as “//[”
        return otherwise
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return otherwise
    return address if address.isprintable() and "\\" not in address else otherwise


def _bound_to(request: Request, settings: Settings) -> str | None:
    if getattr(request.state, "actor", None) is not None:
        return f"session {read_cookie(request, settings, SESSION)}"
    kept = request.cookies.get(cookie_name(settings, _FORM_COOKIE))
    return f"form {kept}" if kept else None


def _from_here(request: Request, settings: Settings) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    parts = urlsplit(settings.base_url)
    return request.headers.get("origin") == f"{parts.scheme}://{parts.netloc}"
