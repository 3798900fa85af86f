"""The audit log for an auditor: whether it is whole, and every act, newest first."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import person
from notify.actor import Actor
from notify.audit import reading
from notify.audit.reading import Line
from notify.audit.tables import audit_head
from notify.audit.verify import Finding, verify
from notify.digits import whole
from notify.language import Text
from notify.notices.tables import notices
from notify.web.audit_words import act_words, actor_words, object_words
from notify.web.rendering import page
from notify.web.security import posted
from notify.web.visit import Visit

PER_PAGE = 50

AT_ONCE = 5_000
"""Lines up to which the log is checked whenever the page is opened; a longer one when the button is pressed."""


@dataclass(frozen=True)
class Shown:
    """A line with its words: who by name as long as the person is there; the notice's reference where it is one."""

    line: Line
    act: Text | str
    who: Text | str
    what: Text | str
    reference: str | None

    @property
    def facts(self) -> str:
        """What the line says besides, as it is hashed."""
        return ", ".join(f"{name}: {value}" for name, value in self.line.facts.items() if value is not None)


async def show(request: Request) -> Response:
    """GET /audit: ``before`` is the position under which the page begins"""
    return await _page(request, check=False)


async def check(request: Request) -> Response:
    """POST /audit/verify"""
    visit, _ = _auditor(request)
    assert visit is not None
    await posted(request)
    return await _page(request, check=True)


def _auditor(request: Request) -> tuple[Visit, Actor]:
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("read", "auditor")
    return visit, actor


async def _page(request: Request, *, check: bool) -> Response:
    visit, _ = _auditor(request)
    asked = request.query_params.get("before", "")
    before = whole(asked, 15)
    finding: Finding | None = None
    async with visit.office.database.read() as connection:
        size = int(await connection.scalar(sa.select(audit_head.c.size)) or 0)
        if check or size < AT_ONCE:
            finding = await verify(connection)
        lines = await reading.page(connection, before, PER_PAGE + 1)
        shown = await _in_words(connection, lines[:PER_PAGE])
    return page(
        request,
        "audit.html",
        size=size,
        finding=finding,
        lines=shown,
        newer=_newer(before, size),
        older=f"/audit?before={lines[PER_PAGE - 1].position}" if len(lines) > PER_PAGE else None,
    )


def _newer(before: int | None, size: int) -> str | None:
    """The page before this one in the order of the list."""
    if before is None or before >= size:
        return None
    return f"/audit?before={before + PER_PAGE}" if before + PER_PAGE < size else "/audit"


async def _in_words(connection: AsyncConnection, lines: list[Line]) -> list[Shown]:
    people = {line.actor_id for line in lines if line.actor_id is not None}
    people |= {line.object_id for line in lines if line.object_kind == "person"}
    names = await person.names(connection, people)
    wanted = {line.object_id for line in lines if line.object_kind == "notice"}
    wanted |= {str(line.facts["notice"]) for line in lines if "notice" in line.facts}
    rows = await connection.execute(sa.select(notices.c.id, notices.c.reference).where(notices.c.id.in_(wanted)))
    references: dict[str, str | None] = {row.id: row.reference for row in rows}
    return [
        Shown(
            line,
            act_words(line.act),
            names.get(line.actor_id or "") or actor_words(line.actor_kind),
            names.get(line.object_id) or object_words(line.object_kind),
            references.get(line.object_id) or references.get(str(line.facts.get("notice", ""))),
        )
        for line in lines
    ]
