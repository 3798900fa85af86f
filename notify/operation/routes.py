"""/healthz, /readyz and /metrics, at the root of the site: for whoever runs it, not for its users."""

from __future__ import annotations

import ipaddress

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from notify.accounts import tokens
from notify.office import Office
from notify.operation import figures, health
from notify.operation.metrics import Metrics

_UNCACHED = {"cache-control": "no-store"}
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def operation_routes() -> list[Route]:
    """One route each."""
    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


async def healthz(request: Request) -> Response:
    """The process lives and answers. It says nothing of the database: a restart would not bring that back."""
    return JSONResponse({"status": "ok"}, headers=_UNCACHED)


async def readyz(request: Request) -> Response:
    """200 when notices can be published and somebody is told; else 503, with what to do."""
    found = await health.checks(request.app.state.office)
    ready = all(check.ok for check in found)
    body = {
        "status": "ready" if ready else "not ready",
        "checks": {check.name: {"ok": True} if check.ok else {"ok": False, "todo": str(check.todo)} for check in found},
    }
    return JSONResponse(body, 200 if ready else 503, _UNCACHED)


async def metrics(request: Request) -> Response:
    """Prometheus' text format, for this machine itself or with an administrator's token."""
    office: Office = request.app.state.office
    counted: Metrics = request.app.state.metrics
    if not _is_local(request) and not await _is_administrator(request, office):
        return PlainTextResponse(
            "Scrape from this machine, or with the token of an administrator that has the scope “manage”.\n",
            401,
            {**_UNCACHED, "www-authenticate": 'Bearer realm="csbm-notify"'},
        )
    try:
        async with office.database.read() as connection:
            found = await figures.read(connection, office.clock())
    except health.DATABASE_ERRORS:
        return PlainTextResponse("The database does not answer.\n", 503, _UNCACHED)
    return Response(counted.text(found), headers=_UNCACHED, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_local(request: Request) -> bool:
    """Whether the client is on this machine and not a proxy that speaks for somebody else."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _is_administrator(request: Request, office: Office) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii():
        return False
    async with office.database.read() as connection:
        found = await tokens.find(connection, token.strip(), office.clock())
    return found is not None and found.actor.has("administrator") and "manage" in found.actor.scopes
