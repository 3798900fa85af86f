"""A form as it was typed, what is wrong with it, and the values that it means.

A field goes by its JSON pointer with hyphens: ``/period/starts`` is ``period-starts``, ``/participants/0/state`` is
``participants-0-state``. Nothing typed is lost: what cannot be read stays in its field, with the fault beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile

from notify.digits import whole
from notify.errors import Fault, Refused
from notify.language import LANGUAGES, Text, text
from notify.notices.pointers import above
from notify.web import typed

Value = TypeVar("Value")
Body = dict[str, object]

MOST_ROWS = 500
"""Of one kind in a form: more than any part of a notice may have. What goes by a higher number was not typed."""


def field_name(pointer: str) -> str:
    """The name of the field that a pointer names; "" for the whole document."""
    return pointer.strip("/").replace("/", "-")


def _typable(value: str) -> str:
    """Without the null character: nobody types it, and PostgreSQL keeps no text that has it."""
    return value.replace("\x00", "")


class Form:
    """The values of a form by name, as typed, and its faults. A new one is empty."""

    def __init__(self, given: FormData | Mapping[str, str | Sequence[str]] | None = None) -> None:
        self._values: dict[str, list[str]] = {}
        self._files: dict[str, UploadFile] = {}
        self.errors: dict[str, Text] = {}
        self.summary: list[tuple[str | None, Text]] = []
        if isinstance(given, FormData):
            for name, value in given.multi_items():
                if isinstance(value, UploadFile):
                    self._files[name] = value
                else:
                    self._values.setdefault(name, []).append(_typable(value))
        else:
            for name, values in (given or {}).items():
                self._values[name] = [_typable(each) for each in ([values] if isinstance(values, str) else values)]

    @classmethod
    def filled(cls, content: Mapping[str, object], language: str) -> Form:
        """The form of a document, with its numbers and dates as a reader of ``language`` would type them."""
        return cls(typed.flat(content, language))

    # What was typed

    def get(self, name: str, default: str = "") -> str:
        """The value of a field as it was typed; the first of several."""
        return self._values.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field, as of checkboxes."""
        return self._values.get(name, [])

    def has(self, name: str) -> bool:
        """Whether the form held such a field: an unticked checkbox and a button that was not pressed are absent."""
        return name in self._values

    def file(self, name: str) -> UploadFile | None:
        """A file that was chosen."""
        chosen = self._files.get(name)
        return chosen if chosen is not None and chosen.filename else None

    def put(self, name: str, value: str | Sequence[str]) -> None:
        """Set what stands in a field."""
        self._values[name] = [value] if isinstance(value, str) else list(value)

    # What is wrong

    @property
    def refused(self) -> bool:
        """Whether anything is wrong, beside a field or with the whole."""
        return bool(self.summary)

    def error(self, name: str) -> Text | None:
        """The fault that stands beside a field."""
        return self.errors.get(name)

    def fault(self, name: str | None, detail: Text) -> None:
        """A fault beside a field, or one of the whole form for None. The first of several for a field stands."""
        if name is None:
            self.summary.append((None, detail))
        elif name not in self.errors:
            self.errors[name] = detail
            self.summary.append((name, detail))

    def refuse(
        self, faults: Iterable[Fault], fields: Mapping[str, str] | None = None, only: Iterable[str] | None = None
    ) -> None:
        """Put faults beside their fields.

        ``fields`` names the field for pointers that have another than their own, such as
        ``{"/place/geometry": "place-latitude"}``, for what is below them too. With ``only``, the fields of this page,
        a fault goes to the nearest of them at or above its pointer, or, having none, stands in the summary alone.
        """
        names = None if only is None else frozenset(only)
        for fault in faults:
            self.fault(_field_of(fault.pointer, fields or {}, names), fault.detail)

    def refuse_whole(self, refused: Refused) -> None:
        """What a verb refused: its faults beside their fields, or else its sentence in the summary."""
        if refused.faults:
            self.refuse(refused.faults)
        else:
            self.fault(None, refused.detail)

    # What it means

    def _read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        value = self.get(name).strip()
        if not value:
            return None
        try:
            return read(value)
        except typed.Unreadable as unreadable:
            self.fault(name, unreadable.detail)
            return None

    def text(self, name: str) -> str | None:
        """A text without blanks around it; None when blank."""
        return self._read(name, lambda value: value.replace("\r\n", "\n"))

    def integer(self, name: str) -> int | None:
        """A whole number, such as “2 400”."""
        return self._read(name, typed.integer)

    def decimal(self, name: str) -> float | None:
        """A number with a comma or a point, such as “-73,25”."""
        return self._read(name, typed.decimal)

    def date(self, name: str) -> str | None:
        """The date of three inputs, as “2027-09-06”; None when all are blank."""
        parts = [self.get(f"{name}-{part}").strip() for part in ("day", "month", "year")]
        if not any(parts):
            return None
        try:
            return typed.date(*parts)
        except typed.Unreadable as unreadable:
            self.fault(name, unreadable.detail)
            return None

    def time(self, name: str) -> str | None:
        """A time of the day, as “07:00”."""
        return self._read(name, typed.time)

    def local(self, name: str) -> str | None:
        """A date and its time, as “2027-09-06T07:00”: the fields of `date`, and ``{name}-time``."""
        day, time = self.date(name), self.time(f"{name}-time")
        if day and not time:
            self.fault(f"{name}-time", text("Write the time as well, such as 07:00."))
        if time and not day and name not in self.errors:
            self.fault(name, text("Write the date as well, such as 6 9 2027."))
        return f"{day}T{time}" if day and time else None

    def free(self, name: str) -> dict[str, str] | None:
        """A free text, {language: text}; None when it is blank in every language."""
        words = {language: self.text(f"{name}-{language}") for language in LANGUAGES}
        return {language: value for language, value in words.items() if value} or None

    def choice(self, name: str) -> str | None:
        """The value of a select or of radios; None when nothing is chosen."""
        return self.get(name) or None

    def choices(self, name: str) -> list[str]:
        """The values of the ticked checkboxes, each once."""
        return list(dict.fromkeys(value for value in self.all(name) if value))

    def flag(self, name: str) -> bool | None:
        """A question answered by yes or no; None when it is not answered."""
        return {"yes": True, "no": False}.get(self.get(name))

    # Rows that repeat

    def rows(self, name: str, least: int = 1) -> list[int]:
        """The numbers of the rows to show: those typed in, and blank ones up to ``least``."""
        held = self._numbers(name)
        asked = [min(whole(value) or 0, MOST_ROWS) for value in self.all(f"{name}-rows")]
        return list(range(max([least, *(number + 1 for number in held), *asked])))

    def items(self, name: str, fields: Mapping[str, Callable[[str], object]]) -> list[Body]:
        """The rows as documents; blank ones are dropped and the rest move up, so that pointers fit what is shown.

        ``fields`` gives for each field of a row what reads it: ``{"state": form.choice, "personnel": form.integer}``.
        """
        self._move_up(name)
        made = []
        for number in self._numbers(name):
            row = {field: read(f"{name}-{number}-{field}") for field, read in fields.items()}
            made.append({field: value for field, value in row.items() if value is not None and value != []})
        return made

    def rearranged(self) -> bool:
        """Whether a button for a row was pressed, and the row added or removed: the page is shown again."""
        if self.has("add"):
            name = self.get("add")
            self.put(f"{name}-rows", str(len(self.rows(name)) + 1))
            return True
        if self.has("remove"):
            name, _, number = self.get("remove").rpartition("-")
            count = len(self.rows(name))
            self._forget(f"{name}-{number}-")
            self._move_up(name)
            self.put(f"{name}-rows", str(max(count - 1, 1)))
            return True
        return False

    def _numbers(self, name: str) -> list[int]:
        found = {key[len(name) + 1 :].partition("-")[0] for key in self._values if key.startswith(f"{name}-")}
        numbers = {number for each in found if (number := whole(each)) is not None and number < MOST_ROWS}
        return sorted(number for number in numbers if self._is_typed(f"{name}-{number}-"))

    def _is_typed(self, prefix: str) -> bool:
        return any(any(values) for key, values in self._values.items() if key.startswith(prefix))

    def _forget(self, prefix: str) -> None:
        self._values = {key: values for key, values in self._values.items() if not key.startswith(prefix)}

    def _move_up(self, name: str) -> None:
        for place, number in enumerate(self._numbers(name)):
            if place != number:
                self._forget(f"{name}-{place}-")
                for key in [key for key in self._values if key.startswith(f"{name}-{number}-")]:
                    self._values[f"{name}-{place}-" + key[len(f"{name}-{number}-") :]] = self._values.pop(key)


def _field_of(pointer: str, fields: Mapping[str, str], names: frozenset[str] | None) -> str | None:
    for place in (pointer, *above(pointer)):
        if place in fields:
            return fields[place]
        if names is not None and field_name(place) in names:
            return field_name(place)
    return field_name(pointer) or None if names is None else None


def drop_blanks(value: object) -> object:
    """A document without what is blank (None, "", {}, []), so that what was left out stays absent."""
    if isinstance(value, dict):
        kept = {name: drop_blanks(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner is not None and inner not in ("", {}, [])}
    if isinstance(value, list):
        return [drop_blanks(inner) for inner in value]
    return value
