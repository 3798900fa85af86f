"""Observers across all notices: to decide as the host, to endorse for our own party, and those whom we send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from notify.notices.notice import Notice
from notify.observers import attendance, calendar_state, waiting
from notify.observers.attendance import OPEN
from notify.web import notice_lookups
from notify.web.attendance_rows import Row, is_to_come, rows_of
from notify.web.rendering import page
from notify.web.visit import Visit


@dataclass(frozen=True)
class OfNotice:
    """A notice and those of its observers that stand in one list."""

    notice: Notice
    rows: Sequence[Row]


async def show(request: Request) -> Response:
    """GET /observers"""
    visit = Visit.of(request)
    actor = visit.signed_in()
    actor.require("read", "officer", "manager")
    async with visit.office.database.read() as connection:
        decide = await waiting.to_decide(connection, visit.code)
        endorse = await waiting.to_endorse(connection, visit.code)
        open_ones = await attendance.of_viewer(connection, actor, OPEN)
        every = {row["id"]: row for row in (*decide, *endorse, *open_ones)}
        states = await calendar_state.of(connection, list(every.values()))
        ids = {row["notice_id"] for row in every.values()}
        named = await notice_lookups.notices_by_id(connection, actor, ids)
    waits = {row["id"] for row in (*decide, *endorse)}
    others = [row for row in open_ones if row["id"] not in waits]
    sent = [row for row in others if row["party"] == visit.code]
    hosted = [row for row in others if row["host"] == visit.code]
    return page(
        request,
        "observers.html",
        to_decide=_grouped(rows_of(actor, decide, named, states), named),
        to_endorse=_grouped(rows_of(actor, endorse, named, states), named),
        sent=_grouped(rows_of(actor, sent, named, states), _current(visit, named)),
        hosted=_grouped(rows_of(actor, hosted, named, states), _current(visit, named)),
        is_state=visit.party is not None and visit.party.is_state,
    )


def _current(visit: Visit, named: dict[str, Notice]) -> dict[str, Notice]:
    """Those whose observers are still to come, or there: what is over stands on the notice's own page."""
    return {key: notice for key, notice in named.items() if is_to_come(notice, visit.today)}


def _grouped(rows: Sequence[Row], named: dict[str, Notice]) -> list[OfNotice]:
    """By notice, the soonest to start first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.attendance["notice_id"] in named:
            found.setdefault(row.attendance["notice_id"], []).append(row)
    soonest = sorted(found, key=lambda key: (named[key].starts_on or "", key))
    return [OfNotice(named[key], found[key]) for key in soonest]
