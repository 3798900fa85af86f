"""What can happen to one notice and its observers, and whose business each of it is: said apart from the code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from notify.actor import Actor
from notify.errors import LifecycleError, Refused
from notify.language import Text
from notify.notices import acknowledgements, drafts, lifecycle
from notify.notices.notice import Notice
from notify.observers.attendance import Attendance
from notify.office import Office
from tests.support.desk import amended, answered, asked, decided, drafted, nominated
from tests.support.doors import Viewer
from tests.support.notices import period

NEIGHBOURS = frozenset({"BOL", "BRA", "CHL", "COL", "ECU"})
"""Of Peru, which posts the notice."""

MEMBERS = frozenset({"PER", *NEIGHBOURS, "JAM", "VEN", "OAS"})
"""Whom `members` means, of those who look on: neither who has withdrawn nor who takes no part, but the OAS."""

WIDER = {"recipients": "members", "members": "public", "public": "public"}


@dataclass
class Happenings:
    """One notice of Peru, from nothing on. ``people`` are those who act, by party and role."""

    office: Office
    people: Mapping[tuple[str, str], Actor]
    body: dict[str, Any]
    told: frozenset[str]
    notice: Notice | None = None
    observers: list[Attendance] = field(default_factory=list)
    concerned: list[Callable[[Viewer], bool]] = field(default_factory=list)
    number: int = 0

    @property
    def known(self) -> Notice:
        """The notice, once there is one."""
        assert self.notice is not None
        return self.notice

    @property
    def visibility(self) -> str:
        """To whom it is open now."""
        return str(self.body["visibility"])

    async def happen(self, what: str) -> bool:
        """Let something happen; false when it is refused, as one thing or another must be by the life cycle."""
        if self.notice is None and what != "create":
            return False
        self.number += 1
        try:
            await _HAPPENINGS[what](self)
        except Refused:
            return False
        return True

    def may_read(self, viewer: Viewer) -> bool:
        """Whether a viewer may read the notice as it is now."""
        if audits(viewer) or viewer.party == "PER":
            return True
        if self.notice is None or self.notice.is_draft:
            return False
        if viewer.actor is not None and viewer.party is None:
            return False  # who runs the node reads no notice
        if self.visibility == "public" or viewer.party in self.told:
            return True
        return self.visibility == "members" and viewer.party in MEMBERS

    def is_unaffected(self, viewer: Viewer) -> bool:
        """Whether nothing that has happened since `forget` is any business of a viewer."""
        return not any(concerns(viewer) for concerns in self.concerned)

    def forget(self) -> None:
        """Count from here what concerns whom."""
        self.concerned.clear()

    def concerns_readers(self) -> None:
        """What happened can be read by whoever may read the notice now."""
        readers = Happenings(self.office, {}, dict(self.body), self.told, self.notice)
        self.concerned.append(readers.may_read)

    def concerns_parties(self, party: str) -> None:
        """It is between Peru and one party."""
        self.concerned.append(lambda viewer: audits(viewer) or viewer.party in ("PER", party))

    def concerns_attendance(self, party: str, person: str | None) -> None:
        """It is between Peru, one party and its observer; who only observes sees no other's."""

        def concerns(viewer: Viewer) -> bool:
            if viewer.actor is None:
                return False
            if viewer.actor.only_observer:
                return person is not None and viewer.actor.person_id == person
            return audits(viewer) or viewer.party in ("PER", party)

        self.concerned.append(concerns)

    def an_observer(self) -> Attendance:
        """One of those proposed, in turn."""
        if not self.observers:
            raise LifecycleError(Text("There is no observer."))
        return self.observers[self.number % len(self.observers)]


def audits(viewer: Viewer) -> bool:
    """Whether a viewer reads all."""
    return viewer.actor is not None and viewer.actor.has("auditor")


async def _create(this: Happenings) -> None:
    if this.notice is not None:
        raise LifecycleError(Text("There is one."))
    this.notice = await drafted(this.office, this.people["PER", "officer"], this.body)
    this.concerns_readers()


async def _edit(this: Happenings) -> None:
    async with this.office.act(this.people["PER", "officer"]) as act:
        this.notice = await drafts.replace(act, this.known.id, {**this.body, "note_reference": f"5-4-M/{this.number}"})
    this.concerns_readers()


async def _submit(this: Happenings) -> None:
    async with this.office.act(this.people["PER", "officer"]) as act:
        this.notice = await drafts.submit(act, this.known.id)
    this.concerns_readers()


def _step(verb: Callable[..., Awaitable[Notice]], *more: object) -> Callable[[Happenings], Awaitable[None]]:
    async def step(this: Happenings) -> None:
        async with this.office.act(this.people["PER", "officer"]) as act:
            this.notice = await verb(act, this.known.id, *more)
        this.concerns_readers()

    return step


def _amendment(changes: Callable[[Happenings], dict[str, object]]) -> Callable[[Happenings], Awaitable[None]]:
    async def amend(this: Happenings) -> None:
        new = changes(this)
        this.notice = await amended(this.office, this.people["PER", "officer"], this.known, **new)
        this.body |= new
        this.concerns_readers()

    return amend


def _moved(this: Happenings) -> dict[str, object]:
    day = 1 + this.number % 20
    return {
        "period": period(f"2027-10-{day:02d}", f"2027-11-{day:02d}", all_day=True),
        "observation": {"invite": ["group:RECIPIENTS"], "seats": 12},
    }


async def _acknowledge(this: Happenings) -> None:
    async with this.office.act(this.people["BOL", "officer"]) as act:
        await acknowledgements.acknowledge(act, this.known.id, this.known.revision)
    this.concerns_parties("BOL")


def _nominate(party: str) -> Callable[[Happenings], Awaitable[None]]:
    async def nominate(this: Happenings) -> None:
        this.observers.append(await nominated(this.office, this.people[party, "officer"], this.known, this.number))
        this.concerns_attendance(party, None)

    return nominate


async def _request(this: Happenings) -> None:
    found = await asked(this.office, this.people["BOL", "observer"], this.known)
    this.observers.append(found)
    this.concerns_attendance("BOL", found["person_id"])


def _decision(step: str) -> Callable[[Happenings], Awaitable[None]]:
    async def decide(this: Happenings) -> None:
        found = this.an_observer()
        host = this.people["PER", "officer"]
        own = this.people[found["party"], "officer"]
        if step == "reply":
            await answered(this.office, own, found, "accepted")
        else:
            await decided(this.office, own if step in ("endorse", "withdraw") else host, step, found)
        this.concerns_attendance(found["party"], found["person_id"])

    return decide


_HAPPENINGS: Mapping[str, Callable[[Happenings], Awaitable[None]]] = {
    "create": _create,
    "edit": _edit,
    "submit": _submit,
    "publish": _step(lifecycle.publish),
    "amend": _amendment(lambda this: {"note_reference": f"5-4-M/{this.number}"}),
    "widen": _amendment(lambda this: {"visibility": WIDER[this.visibility]}),
    "move": _amendment(_moved),
    "close": _amendment(lambda this: {"observation": None}),
    "postpone": _step(lifecycle.postpone, {"es": "Mal tiempo"}),
    "cancel": _step(lifecycle.cancel, None),
    "issued in error": _step(lifecycle.withdraw, None),
    "acknowledge": _acknowledge,
    "nominate": _nominate("BOL"),
    "nominate elsewhere": _nominate("CHL"),
    "request": _request,
    "endorse": _decision("endorse"),
    "approve": _decision("approve"),
    "decline": _decision("decline"),
    "revoke": _decision("revoke"),
    "withdraw": _decision("withdraw"),
    "reply": _decision("reply"),
}
ALL = tuple(_HAPPENINGS)
