"""Observers as pages list them: who they are, where they stand, and what the reader can do about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from notify.actor import Actor
from notify.notices.notice import Notice
from notify.observers.attendance import Attendance
from notify.observers.calendar_state import CalendarState
from notify.observers.rules import STEPS

IN_FORCE = ("published", "postponed")
"""Statuses of a notice for whose observers there is still something to do."""


@dataclass(frozen=True)
class Row:
    """One observer. ``steps`` are those that the verbs allow the reader now: no button that would be refused."""

    attendance: Attendance
    calendar: CalendarState
    steps: frozenset[str]

    @property
    def name(self) -> str:
        """Rank and name, as the person is addressed."""
        rank, name = self.attendance["rank"], self.attendance["name"]
        return str(name) if not rank or str(name).startswith(rank) else f"{rank} {name}"


@dataclass(frozen=True)
class Seats:
    """The seats of a notice as its host sees them; ``asked`` are those proposed and not decided."""

    total: int
    taken: int
    asked: int
    per_party: int | None

    @property
    def free(self) -> int:
        """Neither taken nor asked for."""
        return max(self.total - self.taken - self.asked, 0)

    @property
    def squares(self) -> tuple[int, int, int]:
        """(taken, asked, free) as they fit into the seats that there are."""
        asked = min(self.asked, max(self.total - self.taken, 0))
        return self.taken, asked, max(self.total - self.taken - asked, 0)


def rows_of(
    actor: Actor, found: Sequence[Attendance], notices: Mapping[str, Notice], states: Mapping[str, CalendarState]
) -> list[Row]:
    """The rows of the observers whose notices are given, in their order."""
    return [
        Row(row, states[row["id"]], steps_for(actor, row, notices[row["notice_id"]], states[row["id"]]))
        for row in found
        if row["notice_id"] in notices
    ]


def steps_for(actor: Actor, row: Attendance, notice: Notice, calendar: CalendarState | None = None) -> frozenset[str]:
    """endorse, approve, decline, withdraw, revoke, reply and resend: what ``actor`` may do now with one observer.

    An invitation, or its cancellation, that did not arrive is sent again whatever has become of the notice.
    """
    hosts = actor.has("officer") and actor.party == notice.state
    resends = {"resend"} if hosts and calendar is not None and calendar.state == "lost" else set[str]()
    if notice.status not in IN_FORCE:
        return frozenset(resends)
    mine: set[str] = set()
    if hosts:
        mine |= {"approve", "decline", "revoke"}
    if actor.has("officer") and actor.party == row["party"]:
        mine |= {"endorse", "withdraw"}
    if is_own(actor, row):
        mine |= {"withdraw"}
    possible = {step for step in mine if row["status"] in STEPS[step][0]}
    if notice.status != "published":
        possible -= {"approve", "endorse"}
    answers = actor.party == row["party"] and (actor.has("officer") or is_own(actor, row))
    if answers and row["status"] == "approved" and notice.status == "published":
        possible.add("reply")
    return frozenset(possible | resends)


def is_to_come(notice: Notice, today: date) -> bool:
    """Whether there is still something to come of it: it is not over, cancelled or withdrawn."""
    return notice.status in IN_FORCE and (notice.status == "postponed" or (notice.ends_on or "") >= today.isoformat())


def is_unanswered(row: Attendance, notice: Notice) -> bool:
    """Whether the observer's answer is missing; while there are no dates there is nothing to answer."""
    return row["status"] == "approved" and row["reply"] == "needs-action" and notice.status == "published"


def is_own(actor: Actor, row: Attendance) -> bool:
    """Whether the observer is the reader herself."""
    return actor.has("observer") and row["person_id"] is not None and row["person_id"] == actor.person_id


def seats_of(notice: Notice, found: Collection[Attendance]) -> Seats:
    """The seats of a notice; for its host and for auditors, who see every observer of it."""
    observation = notice.content.get("observation") or {}
    asked = sum(1 for row in found if row["status"] in ("endorsed", "waitlisted"))
    return Seats(observation.get("seats") or 0, notice.seats_taken, asked, observation.get("seats_per_party"))
