"""The observer's answer to an invitation: on the page, by the API, or by the link in the mail."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify import links
from notify.actor import Actor
from notify.audit.lines import append
from notify.errors import Fault, Invalid, LifecycleError, NotAllowed, NotVisible
from notify.ids import is_id
from notify.language import text
from notify.notices.notice import Notice, lock
from notify.notices.outbox import News, announce
from notify.observers.attendance import Attendance, get, lock_with_notice, parsed, require_for
from notify.observers.rules import check_in_force
from notify.observers.tables import attendance
from notify.office import Act, Office

REPLIES = ("accepted", "tentative", "declined")
PURPOSE = "answer"


async def reply(act: Act, attendance_id: str, answer: str) -> Attendance:
    """The observer, or an officer of their party for them, answers. Our SEQUENCE never changes by it."""
    found, notice = await lock_with_notice(act, attendance_id)
    if act.actor.party != found["party"]:
        raise NotAllowed(text("Only the observer or their own party can answer the invitation."))
    require_for(act.actor, found)
    await _answer(act, found, notice, answer)
    return await get(act.connection, act.actor, attendance_id)


async def reply_by_link(office: Office, token: str, answer: str) -> Attendance:
    """Whoever holds the link of the invitation answers. Raises `NotVisible` for a link that is not ours."""
    async with office.database.read() as connection:
        found = await by_link(connection, office, token)
    actor = Actor(kind="link", via="link", party=found["party"], person_id=found["person_id"])
    async with office.act(actor) as act:
        notice = await lock(act.connection, found["notice_id"])
        again = (
            (
                await act.connection.execute(
                    sa.select(attendance).where(attendance.c.id == found["id"]).with_for_update()
                )
            )
            .mappings()
            .one()
        )
        await _answer(act, parsed(again), notice, answer)
    async with office.database.read() as connection:
        return await by_link(connection, office, token)


async def by_link(connection: AsyncConnection, office: Office, token: str) -> Attendance:
    """The attendance that a link is for. Raises `NotVisible`."""
    row_id = links.row_of(token)
    if not is_id(row_id):
        raise NotVisible()
    row = (await connection.execute(sa.select(attendance).where(attendance.c.id == row_id))).mappings().first()
    if row is None:
        raise NotVisible()
    links.check(office.vault, token, PURPOSE, row_id, row["generation"])
    return parsed(row)


def answer_token(office: Office, found: Attendance) -> str:
    """The token of the answer link in an invitation."""
    return links.make(office.vault, PURPOSE, str(found["id"]), int(found["generation"]))


async def _answer(act: Act, found: Attendance, notice: Notice, answer: str) -> None:
    if answer not in REPLIES:
        raise Invalid([Fault("/reply", text("Answer accepted, tentative or declined."))])
    if found["status"] != "approved":
        raise LifecycleError(text("There is no invitation to answer: the attendance is not approved."))
    check_in_force(notice.status)
    if found["reply"] == answer:
        return
    await act.connection.execute(
        sa.update(attendance)
        .where(attendance.c.id == found["id"])
        .values(reply=answer, replied_at=act.now, updated_at=act.now)
    )
    news = News(
        "attendance.replied", notice.id, party=found["party"], attendance_id=found["id"],
        facts={"status": found["status"], "reply": answer},
    )  # fmt: skip
    await announce(act, news, {notice.state, found["party"]})
    await append(act, "attendance.reply", "attendance", found["id"], notice=notice.id, reply=answer)
