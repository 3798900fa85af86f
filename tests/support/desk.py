"""What officers and observers do in the tests, each act through the verbs and in a transaction of its own."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from notify.actor import Actor
from notify.notices import drafts, lifecycle, signatures
from notify.notices.notice import Notice
from notify.notices.tables import events, log, notices
from notify.observers import decisions, replies, requests
from notify.observers.attendance import Attendance
from notify.observers.decisions import Reason, follow_revision
from notify.observers.requests import Observer
from notify.office import Office
from tests.support.notices import example


async def open_desk(office: Office) -> Office:
    """The office as the application opens it: with a key to sign, and observers who follow revisions."""
    office.followers = (follow_revision,)
    async with office.act(Actor("command", "command")) as act:
        await signatures.ensure_key(act)
    return office


async def drafted(office: Office, officer: Actor, body: dict[str, Any] | None = None) -> Notice:
    """A draft, of the examples' exercise unless a body is given."""
    async with office.act(officer) as act:
        return await drafts.create(act, body or example("exercise"))


async def published(office: Office, officer: Actor, body: dict[str, Any] | None = None) -> Notice:
    """A published notice, of the examples' exercise unless a body is given."""
    draft = await drafted(office, officer, body)
    async with office.act(officer) as act:
        return await lifecycle.publish(act, draft.id)


async def amended(office: Office, officer: Actor, notice: Notice, **changes: object) -> Notice:
    """The notice with whole fields replaced."""
    async with office.act(officer) as act:
        return await lifecycle.amend(act, notice.id, changes)


def observer_of(party: str, number: int = 1) -> Observer:
    """A person without an account whom an officer of a party can nominate."""
    return Observer(f"Observer {number}", f"observer{number}@{party.lower()}.example", "es", "Major")


async def nominated(office: Office, officer: Actor, notice: Notice, number: int = 1) -> Attendance:
    """An observer of the officer's own party, proposed and so endorsed."""
    async with office.act(officer) as act:
        return await requests.nominate(act, notice.id, observer_of(officer.party or "", number))


async def asked(office: Office, observer: Actor, notice: Notice, remarks: str = "") -> Attendance:
    """An observer's own request."""
    async with office.act(observer) as act:
        return await requests.request(act, notice.id, remarks)


async def decided(office: Office, actor: Actor, step: str, found: Attendance, reason: Reason = None) -> Attendance:
    """The attendance after endorse, approve, decline, withdraw or revoke."""
    async with office.act(actor) as act:
        if step in ("endorse", "approve"):
            return await {"endorse": decisions.endorse, "approve": decisions.approve}[step](act, found["id"])
        verb = {"decline": decisions.decline, "withdraw": decisions.withdraw, "revoke": decisions.revoke}[step]
        return await verb(act, found["id"], reason)


async def answered(office: Office, actor: Actor, found: Attendance, answer: str) -> Attendance:
    """The attendance after the observer's answer to the invitation."""
    async with office.act(actor) as act:
        return await replies.reply(act, found["id"], answer)


async def attendance_news(office: Office, found: Attendance) -> list[tuple[str, set[str], dict[str, Any]]]:
    """The events of an attendance, oldest first: type, the scopes whose log has it, facts."""
    async with office.database.read() as connection:
        rows = await connection.execute(
            sa.select(events.c.type, events.c.facts, log.c.scope)
            .join(log, log.c.event_id == events.c.id)
            .where(events.c.attendance_id == found["id"])
            .order_by(events.c.serial)
        )
        grouped: dict[str, tuple[set[str], dict[str, Any]]] = {}
        for kind, facts, scope in rows:
            grouped.setdefault(kind, (set(), json.loads(facts)))[0].add(scope)
    return [(kind, scopes, facts) for kind, (scopes, facts) in grouped.items()]


async def seats_taken(office: Office, notice: Notice) -> int:
    """How many seats the notice's row counts as given."""
    async with office.database.read() as connection:
        counted = await connection.scalar(sa.select(notices.c.seats_taken).where(notices.c.id == notice.id))
    assert counted is not None
    return int(counted)


async def approved(office: Office, host: Actor, attendance: Attendance) -> Attendance:
    """The observer with a seat."""
    async with office.act(host) as act:
        return await decisions.approve(act, attendance["id"])
