"""What observers may ask for and what a host may decide: pure, plain values in and out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from notify.calendars.zones import zone as zone_of
from notify.errors import LifecycleError
from notify.language import text
from notify.parties.addressees import may_ask
from notify.parties.directory import Directory

STEPS: dict[str, tuple[frozenset[str], str]] = {
    "endorse": (frozenset({"requested"}), "endorsed"),
    "approve": (frozenset({"endorsed", "waitlisted"}), "approved"),
    "decline": (frozenset({"requested", "endorsed", "waitlisted"}), "declined"),
    "withdraw": (frozenset({"requested", "endorsed", "waitlisted", "approved"}), "withdrawn"),
    "revoke": (frozenset({"approved"}), "revoked"),
}
"""step → (statuses from which it is possible, status after it)."""

IN_FORCE = ("published", "completed")
"""Statuses of a notice whose dates stand: its approved observers have it in their calendars."""


def invites(observation: Mapping[str, Any] | None, party: str, told: Collection[str], parties: Directory) -> bool:
    """Whether a party may ask for seats: named, in a named group, or told of a notice that invites its recipients."""
    if not observation:
        return False
    return may_ask(observation.get("invite") or [], party, told, parties)


def check_step(step: str, status: str) -> str:
    """The status after a step. Raises `LifecycleError` with what to do instead."""
    allowed, after = STEPS[step]
    if status in allowed:
        return after
    if status == after:
        raise LifecycleError(text("This was decided already. Read the attendance to see since when."))
    if step == "approve" and status == "requested":
        raise LifecycleError(text("The observer's own party has not endorsed the request yet. Wait for it."))
    if step == "revoke" and status in ("requested", "endorsed", "waitlisted"):
        raise LifecycleError(text("Only an approved observer can be revoked. Decline the request instead."))
    if step == "decline" and status == "approved":
        raise LifecycleError(text("The observer has a seat. Revoke it instead."))
    raise LifecycleError(text("This step is not possible from where the attendance stands. Read it again."))


def check_open(status: str) -> None:
    """Raise `LifecycleError` unless observers can still be taken on for a notice of this status."""
    if status == "postponed":
        raise LifecycleError(text("The activity is postponed without dates. Wait until new ones are announced."))
    if status != "published":
        raise LifecycleError(text("The activity is over or will not take place: nobody can be taken on any more."))


def check_in_force(status: str) -> None:
    """Raise `LifecycleError` unless the notice's dates stand, so that there is something to answer to."""
    if status not in IN_FORCE:
        raise LifecycleError(text("The activity was postponed or will not take place: there is nothing to answer."))


def check_reply_by(observation: Mapping[str, Any], zone: str, now: datetime) -> None:
    """Raise `LifecycleError` after the end of the last day for replies, local to the notice's place."""
    reply_by = observation.get("reply_by")
    if reply_by and now.astimezone(zone_of(zone)).date() > date.fromisoformat(reply_by):
        raise LifecycleError(text("The day until which observers could be proposed is over. Ask the point of contact."))


def check_seat(observation: Mapping[str, Any], taken: int, taken_by_party: int) -> None:
    """Raise `LifecycleError` when no seat is free, in all or for the party."""
    if taken >= observation.get("seats", 0):
        raise LifecycleError(text("Every seat is taken. Add seats by an amendment, or decline."))
    per_party = observation.get("seats_per_party")
    if per_party is not None and taken_by_party >= per_party:
        raise LifecycleError(text("The party has all the seats that one party can have. Decline, or amend the notice."))
