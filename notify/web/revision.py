"""One revision of a notice as it was signed, what it changed, and its signed form."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.digits import whole
from notify.errors import NotVisible
from notify.notices import reading
from notify.notices.history import Revision, revision_of
from notify.notices.notice import Notice
from notify.web import notice_parts
from notify.web.notice import compared
from notify.web.rendering import page
from notify.web.visit import Visit


async def show(request: Request) -> Response:
    """GET /notices/{id}/revisions/{n}"""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice, revision = await _find(connection, visit, request)
        before = await revision_of(connection, notice, revision["revision"] - 1) if revision["revision"] > 1 else None
    return page(
        request,
        "revision.html",
        notice=notice,
        sheet=notice_parts.of_revision(notice, revision),
        ours=visit.code == notice.state,
        comparison=compared(visit, before, revision) if before is not None else None,
    )


async def signed(request: Request) -> Response:
    """GET /notices/{id}/revisions/{n}/signed.json: the signed form (JWS, RFC 7515), as stored"""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        notice, revision = await _find(connection, visit, request)
    name = f"{notice.reference}-{revision['revision']}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(revision["signature"], media_type="application/jose+json", headers=headers)


async def _find(connection: AsyncConnection, visit: Visit, request: Request) -> tuple[Notice, Revision]:
    """The revision of the address, for a viewer who may read it. Raises `NotVisible`."""
    notice = await reading.get(connection, visit.actor, str(request.path_params["id"]))
    number = whole(str(request.path_params["n"]))
    if number is None:
        raise NotVisible()
    return notice, await revision_of(connection, notice, number)
