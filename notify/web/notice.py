"""A notice: the white sheet as it was signed, and around it what its reader may know and do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from notify.accounts import person
from notify.delivery import deliveries
from notify.delivery.subscriptions import reachable
from notify.language import Text
from notify.notices import acknowledgements, content, reading
from notify.notices.acknowledgements import Acknowledgement
from notify.notices.changes import changes
from notify.notices.history import Revision, revisions_of
from notify.notices.notice import Notice
from notify.notices.steps import possible
from notify.observers import attendance
from notify.observers.attendance import OPEN, Attendance
from notify.web import notice_changes, notice_history, notice_parts, who_knows
from notify.web.attendance_rows import Seats, is_own, seats_of
from notify.web.forms import Form
from notify.web.notice_news import changed_parts, invites_still
from notify.web.rendering import page
from notify.web.visit import Visit
from notify.web.who_knows import Knowledge, Told


@dataclass(frozen=True)
class Readings:
    """What the viewer was given to read of a notice, by the rules of each reading."""

    notice: Notice
    revisions: Sequence[Revision]
    recipients: Sequence[Mapping[str, Any]] = ()
    deliveries: Sequence[Mapping[str, Any]] = ()
    receipts: Sequence[Acknowledgement] = ()
    attendance: Sequence[Attendance] = ()
    steps: Sequence[Mapping[str, Any]] = ()
    names: Mapping[str, str] | None = None
    reachable: Mapping[str, bool] | None = None


@dataclass(frozen=True)
class Comparison:
    """What the latest revision changed: since revision ``since``; ``parts`` name it in a sentence."""

    since: int
    rows: Sequence[notice_changes.Row]
    parts: Sequence[Text]
    reason: Mapping[str, str] | None


@dataclass(frozen=True)
class Observers:
    """The observers that the viewer sees: all of them, with the seats, for host and auditors; else a party's own."""

    rows: Sequence[Attendance]
    seats: Seats | None
    may_nominate: bool
    may_ask: bool


async def show(request: Request) -> Response:
    """GET /notices/{id}"""
    return await notice_page(request, str(request.path_params["id"]), Form())


async def notice_page(request: Request, notice_id: str, form: Form, status: int = 200) -> Response:
    """The page of a notice; ``form`` is the acknowledgement, with what was refused of it."""
    visit = Visit.of(request)
    async with visit.office.database.read() as connection:
        found = await _read(connection, visit, notice_id)
    notice = found.notice
    everything = visit.actor is not None and reading.sees_all(notice, visit.actor)
    known = who_knows.knowledge(
        visit, notice, found.recipients, found.deliveries, found.receipts, found.names or {}, found.reachable or {}
    )
    own = known.of(visit.code)
    ours = visit.code == notice.state
    begun = notice.starts_at is not None and notice.starts_at <= visit.now
    return page(
        request,
        "notice.html",
        status=status,
        form=form,
        notice=notice,
        sheet=notice_parts.of_notice(notice, found.revisions[0] if found.revisions else None),
        ours=ours,
        known=known if everything and not notice.is_draft else None,
        own=own,
        may_acknowledge=own is not None and own.receipt is None and visit.has("officer"),
        comparison=_comparison(visit, found.revisions, own),
        observers=_observers(visit, found, own),
        history=notice_history.history(visit, notice, _seen(found, known, everything=everything)),
        steps=possible(notice.status, begun=begun) if ours and visit.has("officer") else (),
        lacking=content.missing(notice.content) if notice.is_draft else (),
    )


async def _read(connection: AsyncConnection, visit: Visit, notice_id: str) -> Readings:
    notice = await reading.get(connection, visit.actor, notice_id)
    revisions = await revisions_of(connection, notice)
    if visit.actor is None:
        return Readings(notice, revisions)
    everything = reading.sees_all(notice, visit.actor)
    receipts = await acknowledgements.acknowledgements_of(connection, notice, visit.actor)
    observers = await attendance.of_notice(connection, visit.actor, notice.id)
    people = {receipt["by_person"] for receipt in receipts}
    if everything:
        people |= {notice.created_by, *(revision["published_by"] for revision in revisions)}
    return Readings(
        notice,
        revisions,
        await reading.recipients_of(connection, notice, visit.actor),
        await deliveries.of_notice(connection, notice, visit.actor),
        receipts,
        observers,
        await notice_history.steps_of(connection, observers),
        await person.names(connection, [str(key) for key in people if key]),
        await reachable(connection) if everything else None,
    )


def _comparison(visit: Visit, revisions: Sequence[Revision], own: Told | None) -> Comparison | None:
    """Against the revision that the reader's party acknowledged last, or else the one before the latest."""
    if len(revisions) < 2:
        return None
    latest, before = revisions[0], revisions[1]
    if own is not None and own.earlier is not None:
        before = next(each for each in revisions if each["revision"] == own.earlier["revision"])
    return compared(visit, before, latest)


def compared(visit: Visit, before: Revision, after: Revision) -> Comparison:
    """What changed from one revision to another."""
    found = changes(before["content"], after["content"])
    rows = notice_changes.rows(visit, found, after["content"])
    status = notice_changes.status_row(visit, before["status"], after["status"])
    return Comparison(
        before["revision"], [status, *rows] if status else rows, changed_parts(found), after["reason"]
    )  # fmt: skip


def _observers(visit: Visit, found: Readings, own: Told | None) -> Observers | None:
    """None where there is nothing to say of observers."""
    actor, notice = visit.actor, found.notice
    if actor is None or notice.is_draft or not (notice.content.get("observation") or found.attendance):
        return None
    if reading.sees_all(notice, actor):
        return Observers(found.attendance, seats_of(notice, found.attendance), False, False)
    invited = visit.party is not None and invites_still(visit, notice, told=own is not None)
    if not invited and not found.attendance:
        return None
    asked = any(is_own(actor, row) and row["status"] in OPEN for row in found.attendance)
    return Observers(
        found.attendance, None, invited and actor.has("officer"), invited and actor.has("observer") and not asked
    )


def _seen(found: Readings, known: Knowledge, *, everything: bool) -> notice_history.Seen:
    return notice_history.Seen(
        found.revisions,
        found.receipts,
        found.deliveries,
        found.attendance,
        found.steps,
        len(known.rows),
        found.names or {},
        everything,
    )
