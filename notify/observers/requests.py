"""How an observer comes to a notice: by asking, or by a nomination of their own party's officer."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from notify.accounts.tables import people
from notify.audit.lines import append
from notify.errors import LifecycleError, NotAllowed
from notify.ids import new_id
from notify.language import text
from notify.notices.notice import Notice, lock
from notify.notices.outbox import News, announce
from notify.notices.reading import get as get_notice
from notify.notices.tables import recipients
from notify.observers.attendance import OPEN, Attendance, get
from notify.observers.rules import check_open, check_reply_by, invites
from notify.observers.tables import attendance
from notify.office import Act
from notify.parties import directory


@dataclass(frozen=True)
class Observer:
    """The person who would attend."""

    name: str
    email: str
    language: str
    rank: str = ""
    function: str = ""
    person_id: str | None = None


async def request(act: Act, notice_id: str, remarks: str = "") -> Attendance:
    """An observer asks to attend; their own party must endorse it before the host decides."""
    await get_notice(act.connection, act.actor, notice_id)
    act.actor.require("attend", "observer")
    person = (
        (await act.connection.execute(sa.select(people).where(people.c.id == act.actor.person_id))).mappings().one()
    )
    observer = Observer(
        person["name"], person["email"], person["language"], person["rank"], person["function"], person["id"]
    )
    return await _enter(act, notice_id, observer, remarks, "requested")


async def nominate(act: Act, notice_id: str, observer: Observer, remarks: str = "") -> Attendance:
    """An officer proposes a person of her party: born endorsed."""
    await get_notice(act.connection, act.actor, notice_id)
    act.actor.require("attend", "officer")
    account = (
        await act.connection.execute(
            sa.select(people.c.id).where(people.c.email == observer.email.lower(), people.c.party == act.actor.party)
        )
    ).scalar()
    named = Observer(observer.name, observer.email, observer.language, observer.rank, observer.function, account)
    return await _enter(act, notice_id, named, remarks, "endorsed")


async def _enter(act: Act, notice_id: str, observer: Observer, remarks: str, status: str) -> Attendance:
    notice = await lock(act.connection, notice_id)
    party = act.actor.party or ""
    await _check_may_ask(act, notice, party)
    await _check_is_new(act, notice, observer, party)
    attendance_id = new_id()
    await act.connection.execute(
        sa.insert(attendance).values(
            id=attendance_id,
            notice_id=notice.id,
            party=party,
            person_id=observer.person_id,
            name=observer.name,
            rank=observer.rank,
            function=observer.function,
            email=observer.email,
            language=observer.language,
            remarks=remarks,
            status=status,
            reply="needs-action",
            created_at=act.now,
            created_by=act.actor.person_id,
            endorsed_at=act.now if status == "endorsed" else None,
            updated_at=act.now,
            sequence=-1,
            generation=0,
        )
    )
    news = News(
        f"attendance.{status}", notice.id, party=party, attendance_id=attendance_id,
        facts={"status": status, "reply": "needs-action"},
    )  # fmt: skip
    await announce(act, news, {notice.state, party})
    verb = "attendance.nominate" if status == "endorsed" else "attendance.request"
    await append(
        act, verb, "attendance", attendance_id, notice=notice.id, observer=act.vault.pseudonym(observer.email.lower())
    )
    return await get(act.connection, act.actor, attendance_id)


async def _check_may_ask(act: Act, notice: Notice, party: str) -> None:
    observation = notice.content.get("observation")
    if notice.state == party:
        raise NotAllowed(text("The host's own people do not observe. Invite other parties to the notice."))
    told = (
        await act.connection.execute(
            sa.select(recipients.c.party).where(
                recipients.c.notice_id == notice.id, recipients.c.revision == notice.revision
            )
        )
    ).scalars()
    if not invites(observation, party, set(told), await directory.load(act.connection)):
        raise NotAllowed(text("The notice does not invite observers of your party. Write to its point of contact."))
    check_open(notice.status)
    check_reply_by(observation or {}, notice.content["period"]["timezone"], act.now)


async def _check_is_new(act: Act, notice: Notice, observer: Observer, party: str) -> None:
    same = await act.connection.scalar(
        sa.select(sa.func.count())
        .select_from(attendance)
        .where(
            attendance.c.notice_id == notice.id,
            attendance.c.party == party,
            sa.func.lower(attendance.c.email) == observer.email.lower(),
            attendance.c.status.in_(OPEN),
        )
    )
    if same:
        raise LifecycleError(text("This person is proposed for this notice already. Look at its observers."))
