"""Opening and closing the session of a browser, for each way of signing in."""

from __future__ import annotations

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import sessions
from notify.actor import Actor
from notify.errors import NotVisible
from notify.language import Text
from notify.office import Act, Office
from notify.web.cookies import SESSION, drop_cookie, set_cookie
from notify.web.said import redirect


async def open_session(request: Request, act: Act, person_id: str) -> str:
    """Open a session for this browser in ``act``; answers its token for `entered`."""
    token, _ = await sessions.open(act, person_id, request.headers.get("user-agent", ""))
    return token


async def entered(request: Request, token: str, url: str, said: Text | None = None) -> Response:
    """Lead to ``url`` with the cookie of a session just opened; the one that this browser had before is closed."""
    await close_session(request)
    office: Office = request.app.state.office
    response = redirect(request, url, said=said)
    set_cookie(
        response, office.settings, SESSION, token
    )  # until the browser is closed, within the limits of `sessions`
    return response


async def left(request: Request, url: str, said: Text | None = None) -> Response:
    """Close this browser's session and lead to ``url``."""
    await close_session(request)
    office: Office = request.app.state.office
    response = redirect(request, url, said=said)
    drop_cookie(response, office.settings, SESSION)
    return response


async def close_session(request: Request) -> None:
    """Close the session by which the request came, if any."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        return
    office: Office = request.app.state.office
    with suppress(NotVisible):  # closed meanwhile in another window
        async with office.act(actor) as act:
            await sessions.close(act, request.state.session_id)
