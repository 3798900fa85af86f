"""Problems (RFC 9457): what was refused, in the caller's language, with a pointer for each bad field."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from notify.errors import Refused
from notify.language import LANGUAGES, Translator, text, translator

MEDIA_TYPE = "application/problem+json"
MAX_BODY = 1024 * 1024
"""Bytes of a body at most."""


def is_api(request: Request) -> bool:
    """Whether the answer is read by a program."""
    return request.url.path.startswith(("/api/", "/feeds/"))


def say(request: Request) -> Translator:
    """The translator for the caller: Accept-Language, else English."""
    header = request.headers.get("accept-language", "")
    wanted: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        wanted.append((-quality, tag.strip().lower()[:2]))
    for _, code in sorted(wanted, key=lambda item: item[0]):
        if code in LANGUAGES:
            return translator(code)
    return translator("en")


def problem(request: Request, refused: Refused) -> JSONResponse:
    """The answer to a refused request."""
    words = say(request)
    body: dict[str, object] = {
        "type": "about:blank",
        "title": words(refused.title),
        "status": refused.status,
        "detail": words(refused.detail),
    }
    if refused.faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": words(fault.detail)} for fault in refused.faults]
    headers = {"vary": "Accept-Language"}
    if refused.status == 401:
        headers["www-authenticate"] = 'Bearer realm="csbm-notify"'
    if refused.retry_after is not None:
        headers["retry-after"] = str(refused.retry_after)
    return JSONResponse(body, refused.status, headers, media_type=MEDIA_TYPE)


def problem_of_failure(request: Request, request_id: str) -> JSONResponse:
    """The answer when the service itself failed; the request id finds the line in its log."""
    words = say(request)
    body = {
        "type": "about:blank",
        "title": words(text("Something went wrong in the service")),
        "status": 500,
        "detail": words(text("Nothing was changed. Try again; if it happens again, report the request id.")),
        "request_id": request_id,
    }
    return JSONResponse(body, 500, media_type=MEDIA_TYPE)
