"""A notice while it is being written: what a step's form starts from, and what it makes of the notice.

A draft is always valid. So what is right in a form is kept although something beside it is wrong, and what is wrong
stays in the form alone until it is corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from notify.errors import NotAllowed
from notify.language import text
from notify.notices import reading
from notify.notices.content import examine
from notify.notices.known import Known
from notify.notices.notice import Content, Notice
from notify.notices.pointers import get
from notify.web.forms import Body
from notify.web.visit import Visit

NULLABLE = frozenset({"note_reference", "observation"})
"""Fields that a form states to be none: nobody is invited, there is no note. The others are absent when blank."""

_IN_PARTS = ("content", "observation")
"""Fields that are kept part by part."""


@dataclass(frozen=True)
class Writing:
    """``content`` is what the notice says now: as a draft, or as its latest revision when it is amended."""

    visit: Visit
    notice: Notice

    @property
    def content(self) -> Content:
        """What the notice says now."""
        return self.notice.content

    @property
    def published(self) -> bool:
        """Whether this is an amendment of a published notice."""
        return not self.notice.is_draft

    @property
    def measure(self) -> int:
        """4, 5 or 18."""
        return self.notice.measure

    @property
    def zone(self) -> str:
        """The clock of the place: of the notice's dates, or else of its state."""
        state = self.visit.directory.party(self.notice.state)
        return str(get(self.content, "/period/timezone") or (state.timezone if state else "UTC"))


def may_post(visit: Visit) -> None:
    """Raise `NotSignedIn` or `NotAllowed` unless the visitor is an officer of a state."""
    visit.signed_in().require("draft", "officer")
    if visit.party is None or not visit.party.is_state:
        raise NotAllowed(text("Only a state posts notices. Your party is told of those of others."))


async def own_notice(connection: AsyncConnection, visit: Visit, notice_id: str) -> Notice:
    """The notice, to an officer of the state that posts it. Raises `NotVisible` and `NotAllowed`."""
    notice = await reading.get(connection, visit.signed_in(), notice_id)
    may_post(visit)
    if notice.state != visit.code:
        raise NotAllowed(text("Only the state that posts a notice can change it."))
    return notice


def with_fields(before: Mapping[str, Any], fields: Body) -> Content:
    """A notice with the fields of a step: None takes one away, or states that there is none."""
    after = dict(before)
    for name, value in fields.items():
        if value is None and name not in NULLABLE:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def unit_of(pointer: str) -> str:
    """The part of a notice that is kept or left as a whole: ``/period``, ``/content/services``."""
    parts = pointer.split("/")[1:3]
    return "/" + "/".join(parts if parts[0] in _IN_PARTS else parts[:1])


def keep_right(before: Content, wanted: Content, unreadable: Iterable[str], known: Known) -> Content:
    """The notice with what is right of ``wanted``; its other parts are as in ``before``, which is valid.

    ``unreadable`` are the names of the fields of a form that could not be read.
    """
    wrong = {unit_of("/" + name.replace("-", "/")) for name in unreadable}
    while True:
        content, faults = examine(_mixed(before, wanted, wrong), known)
        if content and not faults:
            return content
        found = {unit_of(fault.pointer) for fault in faults if fault.pointer} - wrong
        if not found and "/period" not in wrong:
            found = {"/period"}  # the dates of observers, of another step, do not fit new dates
        if not found:
            return before
        wrong |= found


def _mixed(before: Content, wanted: Content, units: Iterable[str]) -> Content:
    mixed: Content = {name: dict(value) if isinstance(value, dict) else value for name, value in wanted.items()}
    for unit in sorted(units):
        holder, _, name = unit[1:].rpartition("/")
        old, new = (before.get(holder), mixed.get(holder)) if holder else (before, mixed)
        if not isinstance(new, dict):
            continue
        if isinstance(old, dict) and name in old:
            new[name] = old[name]
        else:
            new.pop(name, None)
    for name in _IN_PARTS:
        if mixed.get(name) == {}:
            mixed.pop(name)
    return mixed
