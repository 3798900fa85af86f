"""What a page says after an act, carried across the redirect in a sealed cookie and shown once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notify.language import Text
from notify.office import Office
from notify.vault import VaultError
from notify.web.cookies import drop_cookie, read_cookie, set_cookie

_COOKIE = "said"
_SEAL = "cookie.said"
_SECONDS = 300


@dataclass(frozen=True)
class Said:
    """What happened, who now sees what, and where to go from here."""

    words: Text
    more: Text | None = None
    url: str = ""


def redirect(
    request: Request, url: str, *, said: Text | None = None, more: tuple[Text, str] | None = None
) -> RedirectResponse:
    """Answer an act: the browser gets ``url`` (303), where the page says ``said`` with the link ``more``."""
    response = RedirectResponse(url, status_code=303)
    if said is not None:
        office: Office = request.app.state.office
        link, address = more or (None, "")
        plain = json.dumps([_pack(said), _pack(link) if link else None, address], ensure_ascii=False)
        set_cookie(response, office.settings, _COOKIE, office.vault.seal(plain, _SEAL), _SECONDS)
    return response


def take(request: Request) -> Said | None:
    """What the last act left to be said, or None."""
    office: Office = request.app.state.office
    sealed = read_cookie(request, office.settings, _COOKIE)
    if not sealed:
        return None
    try:
        words, more, url = json.loads(office.vault.open(sealed, _SEAL))
    except (VaultError, ValueError):
        return None  # changed or sealed with another key: there is nothing worth saying
    return Said(_unpack(words), _unpack(more) if more else None, url)


def was_said(request: Request, response: Response) -> None:
    """Let the browser forget what a page has just said."""
    drop_cookie(response, request.app.state.office.settings, _COOKIE)


def _pack(words: Text) -> dict[str, object]:
    args = {name: _pack(value) if isinstance(value, Text) else value for name, value in words.args.items()}
    return {"msgid": words.msgid, "args": args, "plural": words.plural, "n": words.n}


def _unpack(packed: Mapping[str, object]) -> Text:
    args = packed["args"]
    assert isinstance(args, dict)
    return Text(
        str(packed["msgid"]),
        {name: _unpack(value) if isinstance(value, dict) else value for name, value in args.items()},
        str(packed["plural"]) if packed["plural"] is not None else None,
        int(str(packed["n"])),
    )
