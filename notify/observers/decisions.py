"""Decisions on an observer: endorsed or withdrawn by their own party, approved, declined or revoked by the host.

Each is taken under the notice's lock, so that seats are never oversold.
"""

from __future__ import annotations

import sqlalchemy as sa

from notify.actor import Actor, Scope
from notify.audit.lines import append
from notify.errors import NotAllowed
from notify.language import text
from notify.notices.notice import Content, Notice, dumps, lock
from notify.notices.outbox import News, announce
from notify.notices.tables import notices
from notify.observers.attendance import OPEN, Attendance, get, lock_with_notice, require_for
from notify.observers.rules import check_open, check_seat, check_step
from notify.observers.tables import attendance
from notify.office import Act

Reason = dict[str, str] | None


async def endorse(act: Act, attendance_id: str) -> Attendance:
    """The observer's own party stands behind the request."""
    found, notice = await lock_with_notice(act, attendance_id)
    _check_own_party(act, found, "decide")
    after = check_step("endorse", found["status"])
    check_open(notice.status)
    return await _decide(act, found, notice, "endorse", after, {"endorsed_at": act.now})


async def approve(act: Act, attendance_id: str) -> Attendance:
    """The host gives a seat; the calendar invitation follows."""
    found, notice = await lock_with_notice(act, attendance_id)
    check_host(act.actor, notice.state)
    after = check_step("approve", found["status"])
    check_open(notice.status)
    by_party = await act.connection.scalar(
        sa.select(sa.func.count())
        .select_from(attendance)
        .where(
            attendance.c.notice_id == notice.id,
            attendance.c.party == found["party"],
            attendance.c.status == "approved",
        )
    )
    check_seat(notice.content.get("observation") or {}, notice.seats_taken, by_party or 0)
    await _count_seat(act, notice, +1)
    return await _decide(act, found, notice, "approve", after, {"decided_at": act.now})


async def decline(act: Act, attendance_id: str, reason: Reason = None) -> Attendance:
    """The host gives no seat."""
    found, notice = await lock_with_notice(act, attendance_id)
    check_host(act.actor, notice.state)
    after = check_step("decline", found["status"])
    return await _decide(act, found, notice, "decline", after, {"decided_at": act.now, "reason": _stored(reason)})


async def withdraw(act: Act, attendance_id: str, reason: Reason = None) -> Attendance:
    """The observer, or their own party's officer, takes the request or the seat back."""
    found, notice = await lock_with_notice(act, attendance_id)
    if act.actor.party != found["party"]:
        raise NotAllowed(text("Only the observer's own party can withdraw it. As the host, decline or revoke."))
    require_for(act.actor, found)
    after = check_step("withdraw", found["status"])
    if found["status"] == "approved":
        await _count_seat(act, notice, -1)
    return await _decide(act, found, notice, "withdraw", after, {"reason": _stored(reason)})


async def revoke(act: Act, attendance_id: str, reason: Reason = None) -> Attendance:
    """The host takes a seat back; the calendar entry is cancelled."""
    found, notice = await lock_with_notice(act, attendance_id)
    check_host(act.actor, notice.state)
    after = check_step("revoke", found["status"])
    await _count_seat(act, notice, -1)
    return await _decide(act, found, notice, "revoke", after, {"decided_at": act.now, "reason": _stored(reason)})


async def follow_revision(act: Act, notice_id: str, content: Content, status: str) -> None:
    """A revision without observation revokes everybody, in the revision's own transaction."""
    if content.get("observation") is not None:
        return
    notice = await lock(act.connection, notice_id)
    open_ones = sa.select(attendance).where(attendance.c.notice_id == notice_id, attendance.c.status.in_(OPEN))
    rows = (await act.connection.execute(open_ones.order_by(attendance.c.id).with_for_update())).all()
    for found in [row._asdict() for row in rows]:
        if found["status"] == "approved":
            await _count_seat(act, notice, -1)
            await _write(act, found, notice, "revoke", "revoked", {"decided_at": act.now})
        else:
            await _write(act, found, notice, "decline", "declined", {"decided_at": act.now})


def check_host(actor: Actor, host: str) -> None:
    """Raise `NotAllowed` unless the actor decides for the state that hosts the observers."""
    if actor.party != host:
        raise NotAllowed(text("Only the state that posts the notice decides on its observers."))
    actor.require("decide", "officer")


def _check_own_party(act: Act, found: Attendance, scope: Scope) -> None:
    if act.actor.party != found["party"]:
        raise NotAllowed(text("Only the observer's own party can do this."))
    act.actor.require(scope, "officer")


def _stored(reason: Reason) -> str | None:
    return dumps(reason) if reason else None


async def _count_seat(act: Act, notice: Notice, by: int) -> None:
    await act.connection.execute(
        sa.update(notices).where(notices.c.id == notice.id).values(seats_taken=notices.c.seats_taken + by)
    )


async def _decide(
    act: Act, found: Attendance, notice: Notice, step: str, after: str, values: dict[str, object]
) -> Attendance:
    await _write(act, found, notice, step, after, values)
    return await get(act.connection, act.actor, found["id"])


async def _write(act: Act, found: Attendance, notice: Notice, step: str, after: str, values: dict[str, object]) -> None:
    await act.connection.execute(
        sa.update(attendance).where(attendance.c.id == found["id"]).values(status=after, updated_at=act.now, **values)
    )
    news = News(
        f"attendance.{after}", notice.id, party=found["party"], attendance_id=found["id"],
        facts={"status": after, "reply": found["reply"]},
    )  # fmt: skip
    await announce(act, news, {notice.state, found["party"]})
    await append(act, f"attendance.{step}", "attendance", found["id"], notice=notice.id)
