"""One place that turns what was refused into a page, or for the API into problem+json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from notify.api.errors import is_api, problem, problem_of_failure
from notify.errors import NotVisible, Refused, TooLarge
from notify.language import text
from notify.web.rendering import Renderer

log = structlog.get_logger("web")


async def refused(request: Request, error: Exception) -> Response:
    """A `Refused`, in the form that the caller reads."""
    assert isinstance(error, Refused)
    if is_api(request):
        return problem(request, error)
    renderer: Renderer = request.app.state.renderer
    return renderer.error_page(request, error)


async def http_error(request: Request, error: Exception) -> Response:
    """What starlette itself refuses: no such path, a verb that the path lacks, a body too large."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await refused(request, NotVisible())
    if error.status_code == 413:
        return await refused(request, TooLarge(text("Send at most 1 MiB.")))
    made = Refused(text("This address does not take that. Read the documentation of the API."))
    made.status = error.status_code
    response = await refused(request, made)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def failed(request: Request, error: Exception) -> Response:
    """A fault of ours: logged with its request id, which the answer names."""
    request_id = getattr(request.state, "request_id", "")
    log.exception("failed", error=type(error).__name__)
    if is_api(request):
        return problem_of_failure(request, request_id)
    renderer: Renderer | None = getattr(request.app.state, "renderer", None)
    if renderer is None:
        return PlainTextResponse("Something went wrong.", 500)
    return renderer.failure_page(request, request_id)


def exception_handlers() -> Mapping[Any, Any]:
    """For Starlette's ``exception_handlers``."""
    return {Refused: refused, HTTPException: http_error, Exception: failed}
