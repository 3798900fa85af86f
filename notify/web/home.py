"""The start page: what waits for the reader now, our notices in course, and what is coming near our borders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from notify import formats
from notify.actor import Actor
from notify.delivery.subscriptions import arriving
from notify.language import ntext
from notify.notices import reading
from notify.notices.notice import Notice
from notify.notices.reading import Filters
from notify.observers import waiting
from notify.web import home_observer, home_queues, notice_lookups
from notify.web.coming import coming, map_height
from notify.web.our_notices import DRAFTS, counted
from notify.web.rendering import page
from notify.web.visit import Visit

SHOWN = 5
"""Items of a queue on this page; the rest is one link away."""

IN_COURSE = ("published", "postponed")


async def show(request: Request) -> Response:
    """GET /"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    if visit.party is None:
        return RedirectResponse("/notices" if actor.has("auditor") else "/neighbours", status_code=303)
    if not visit.has("officer", "manager"):
        return await home_observer.show(request, visit)
    async with visit.office.database.read() as connection:
        context = await _read(connection, visit, actor)
    answering = getattr(request.state, "counts", {}).get("my_attendance", 0)
    return page(request, "home.html", sentence=_sentence(visit, context, answering), **context)


async def _read(connection: AsyncConnection, visit: Visit, actor: Actor) -> dict[str, Any]:
    party = visit.code
    waits = await waiting.to_acknowledge(connection, party, limit=100)
    waits.sort(key=lambda notice: ((notice.ends_on or "") < visit.today.isoformat(), notice.starts_on or ""))
    receipts = await notice_lookups.receipts_of(connection, party, waits[:SHOWN])
    before = await notice_lookups.contents_at(connection, {key: each.revision for key, each in receipts.items()})
    decide = await waiting.to_decide(connection, party)
    endorse = await waiting.to_endorse(connection, party)
    unreached: dict[str, list[str]] = {}
    for row in await waiting.not_arriving(connection, party):
        unreached.setdefault(row["id"], []).append(row["party"])
    named = await notice_lookups.notices_by_id(
        connection, actor, {row["notice_id"] for row in (*decide, *endorse)} | set(unreached)
    )
    unreached = {
        key: parties for key, parties in unreached.items() if key in named and not _long_over(visit, named[key])
    }
    failed = await notice_lookups.failures(connection, {key: named[key].revision for key in unreached})
    posted, _ = await reading.page(connection, actor, Filters(posted_by=party, status=(*IN_COURSE, *DRAFTS)), 100)
    ours = sorted(
        (notice for notice in posted if notice.status in IN_COURSE and not _is_over(visit, notice)),
        key=lambda notice: notice.starts_on or "",
    )
    latest, _ = await reading.page(connection, actor, Filters(told=party), 3)
    return {
        "to_acknowledge": [
            home_queues.to_acknowledge(visit, notice, receipts.get(notice.id), before.get(notice.id))
            for notice in waits[:SHOWN]
        ],
        "unacknowledged": len(waits),
        "to_decide": home_queues.to_decide(visit, decide, named),
        "to_endorse": [(row, named[row["notice_id"]]) for row in endorse if row["notice_id"] in named],
        "not_arriving": [
            home_queues.not_arriving(visit, named[key], parties, failed) for key, parties in unreached.items()
        ],
        "ours": await counted(connection, ours[:SHOWN]),
        "drafts": [home_queues.draft(visit, notice) for notice in posted if notice.status in DRAFTS][:SHOWN],
        "soon": await coming(connection, visit, actor),
        "map_height": map_height,
        "latest": latest,
        "unreachable": not (await arriving(connection)).get(party, False),
        "acts": visit.has("officer"),
    }


def _sentence(visit: Visit, context: Mapping[str, Any], answering: int) -> Markup | None:
    """“2 avisos sin acuse de recibo, 3 observadores por decidir y 1 entrega que falló”, each a link."""
    waits, endorsing = context["unacknowledged"], len(context["to_endorse"])
    deciding = sum(each.n for each in context["to_decide"])
    failed = sum(each.n for each in context["not_arriving"])
    parts = (
        (waits, ntext("%(n)s notice not acknowledged", "%(n)s notices not acknowledged", waits), "#acknowledge"),
        (deciding, ntext("%(n)s observer to decide on", "%(n)s observers to decide on", deciding), "#decide"),
        (endorsing, ntext("%(n)s request to endorse", "%(n)s requests to endorse", endorsing), "#endorse"),
        (failed, ntext("%(n)s party that nothing reaches", "%(n)s parties that nothing reaches", failed), "#repair"),
        (answering, ntext("%(n)s invitation to answer", "%(n)s invitations to answer", answering), "/my-attendance"),
    )
    links = [Markup('<a href="{}">{}</a>').format(url, visit.say(words)) for n, words, url in parts if n]
    if not links:
        return None
    return Markup(formats.listed(visit.language, links) + ".")  # noqa: S704 - each link is escaped above


def _is_over(visit: Visit, notice: Notice) -> bool:
    return notice.status == "published" and (notice.ends_on or "") < visit.today.isoformat()


def _long_over(visit: Visit, notice: Notice) -> bool:
    """Over for a week and more: whom it did not reach is no matter to attend to any more."""
    return (notice.ends_on or "") < (visit.today - timedelta(days=7)).isoformat()
