"""The observers' dates when those of the notice move: asked for beside them, moved by as many days as a start.

Answers are due, observers arrive and the programme runs on days that must fit the notice's own. Both change in one
form, since neither would be right without the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from notify.errors import Fault
from notify.notices.notice import Content
from notify.notices.pointers import get
from notify.web.forms import Body, Form, field_name
from notify.web.writing import Writing

MARK = "observers_dates"
"""The hidden field that says that the form asks for them."""

_HELD = ("/observation/reply_by", "/observation/period", "/observation/arrival", "/observation/programme")


@dataclass(frozen=True)
class Moving:
    """One date of the observers; ``until_now`` is what the notice says, ``local`` whether it has a time."""

    name: str
    pointer: str
    until_now: str

    @property
    def local(self) -> bool:
        """Whether it is a date and a time."""
        return "T" in self.until_now


def concerned(faults: Iterable[Fault]) -> bool:
    """Whether dates of observers are wrong."""
    return any(fault.pointer.startswith(_HELD) for fault in faults)


def ask(form: Form, writing: Writing, starts: object) -> None:
    """Put the observers' dates into the form, moved by as many days as the start of the notice."""
    old = get(writing.content, "/period/starts")
    days = _days_between(old, starts)
    form.put(MARK, "yes")
    for each in _dates(writing.content):
        moved = moved_by(each.until_now, days)
        year, month, day = moved[:10].split("-")
        for part, value in (("day", str(int(day))), ("month", str(int(month))), ("year", year)):
            form.put(f"{each.name}-{part}", value)
        if each.local:
            form.put(f"{each.name}-time", moved[11:])


def read(form: Form, writing: Writing) -> Body:
    """The observation with the dates of the form. A blank one keeps what it was."""
    observation: Body = _copied(writing.content.get("observation") or {})
    for each in _dates(writing.content):
        value = form.local(each.name) if each.local else form.date(each.name)
        if value is not None:
            holder, _, last = each.pointer.removeprefix("/observation").rpartition("/")
            found = get(observation, holder)
            assert isinstance(found, dict)
            found[last] = value
    own, zone = observation.get("period"), form.get("period-timezone")
    if isinstance(own, dict) and zone and own["timezone"] == get(writing.content, "/period/timezone"):
        own["timezone"] = zone
    return observation


def context(form: Form, writing: Writing) -> list[Moving]:
    """The dates that the page asks for, in the order of the notice."""
    return list(_dates(writing.content))


def moved_by(local: str, days: int) -> str:
    """A date, or a date and time, so many days later."""
    return (date.fromisoformat(local[:10]) + timedelta(days=days)).isoformat() + local[10:]


def moved(content: Content, days: int) -> Content:
    """A notice with every date of it so many days later."""
    after = {name: _copied(value) for name, value in content.items()}
    period = after.get("period")
    if period:
        period.update({end: moved_by(period[end], days) for end in ("starts", "ends")})
    for each in _dates(content):
        holder, _, last = each.pointer.rpartition("/")
        found = get(after, holder)
        assert isinstance(found, dict)
        found[last] = moved_by(each.until_now, days)
    return after


def without(content: Content) -> Content:
    """A notice without its dates and whatever stands on a date."""
    after = {name: _copied(value) for name, value in content.items() if name != "period"}
    observation = after.get("observation")
    if observation:
        observation.update({"reply_by": None, "period": None, "arrival": None, "programme": []})
    return after


def _dates(content: Mapping[str, Any]) -> Iterator[Moving]:
    programme = get(content, "/observation/programme")
    pointers = [
        "/observation/reply_by",
        "/observation/period/starts",
        "/observation/period/ends",
        "/observation/arrival/at",
        *(f"/observation/programme/{at}/at" for at in range(len(programme) if isinstance(programme, list) else 0)),
    ]
    for pointer in pointers:
        value = get(content, pointer)
        if isinstance(value, str):
            yield Moving(field_name(pointer), pointer, value)


def _days_between(old: object, new: object) -> int:
    if not isinstance(old, str) or not isinstance(new, str):
        return 0
    return (date.fromisoformat(new[:10]) - date.fromisoformat(old[:10])).days


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
