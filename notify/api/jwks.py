"""/.well-known/jwks.json: the public keys that verify revisions. Needs no token."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from notify.notices.signatures import jwks
from notify.office import Office

PATH = "/.well-known/jwks.json"


async def key_set(request: Request) -> Response:
    """GET /.well-known/jwks.json"""
    office: Office = request.app.state.office
    async with office.database.read() as connection:
        return JSONResponse(await jwks(connection), headers={"cache-control": "public, max-age=300"})
