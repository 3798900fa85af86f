"""What officers and observers do in the tests, each act through the verbs and in a transaction of its own."""

from __future__ import annotations

from typing import Any

from notify.actor import Actor
from notify.notices import drafts, lifecycle, signatures
from notify.notices.notice import Notice
from notify.observers import decisions, requests
from notify.observers.attendance import Attendance
from notify.observers.decisions import follow_revision
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


async def approved(office: Office, host: Actor, attendance: Attendance) -> Attendance:
    """The observer with a seat."""
    async with office.act(host) as act:
        return await decisions.approve(act, attendance["id"])
