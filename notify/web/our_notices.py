"""The notices that a state posts: drafts, those in course, past ones. For auditors, who have no party, all notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notify.errors import NotVisible
from notify.notices import reading
from notify.notices.notice import Notice
from notify.notices.tables import notices
from notify.web import home_queues, notice_lookups
from notify.web.inbox import listed
from notify.web.notice_filters import PAGE, Asked, asked
from notify.web.visit import Visit

DRAFTS = ("draft", "submitted")
MOST = 100


@dataclass(frozen=True)
class Ours:
    """A notice of ours; ``told`` and ``acknowledged`` count parties, of the latest revision."""

    notice: Notice
    told: int
    acknowledged: int


async def show(request: Request) -> Response:
    """GET /notices"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    if visit.party is None and not actor.has("auditor"):
        raise NotVisible()
    if visit.party is not None and not visit.party.is_state:
        return RedirectResponse("/inbox", status_code=303)
    wanted = asked(request, visit)
    async with visit.office.database.read() as connection:
        if visit.party is None:
            found, more = await reading.page(connection, actor, wanted.filters, PAGE, wanted.cursor)
            rows, context = await counted(connection, found), {"drafts": [], "current": [], "is_all": True}
        else:
            rows, more, context = await _ours(connection, visit, wanted)
    return listed(request, visit, "notices.html", wanted, rows, more, **context)


async def _ours(
    connection: AsyncConnection, visit: Visit, wanted: Asked
) -> tuple[list[Ours], str | None, dict[str, Any]]:
    """The past by pages; drafts and what is in course on the first page, whole."""
    actor, filters = visit.signed_in(), replace(wanted.filters, posted_by=visit.code)
    drafts: list[Notice] = []
    current: list[Notice] = []
    if wanted.cursor is None:
        drafts, _ = await reading.page(connection, actor, filters, MOST, also=[notices.c.status.in_(DRAFTS)])
        current, _ = await reading.page(connection, actor, filters, MOST, also=[_is_in_course(visit)])
    past = sa.and_(notices.c.status.not_in(DRAFTS), sa.not_(_is_in_course(visit)))
    found, more = await reading.page(connection, actor, filters, PAGE, wanted.cursor, also=[past])
    by_id = {each.notice.id: each for each in await counted(connection, [*current, *found])}
    soonest = sorted(current, key=lambda notice: (notice.starts_on or "", notice.id))
    context = {
        "drafts": [home_queues.draft(visit, notice) for notice in drafts],
        "current": [by_id[notice.id] for notice in soonest],
        "is_all": False,
    }
    return [by_id[notice.id] for notice in found], more, context


def _is_in_course(visit: Visit) -> sa.ColumnElement[bool]:
    """In force and not over, or postponed."""
    n = notices.c
    return sa.or_(n.status == "postponed", sa.and_(n.status == "published", n.ends_on >= visit.today.isoformat()))


async def counted(connection: AsyncConnection, found: Sequence[Notice]) -> list[Ours]:
    """The notices with how many parties know of them. For whoever sees all recipients of them."""
    counts = await notice_lookups.told_and_acknowledged(connection, found)
    return [Ours(notice, *counts.get(notice.id, (0, 0))) for notice in found]
