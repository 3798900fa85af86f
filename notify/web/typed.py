"""What people type and what it means: numbers with comma or point, dates in three parts, times of the day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping

from notify.formats import number
from notify.language import Text, text
from notify.notices.times import is_day, is_local

_SPACES = re.compile(r"[\s'’]+")
_TIME = re.compile(r"([01]?\d|2[0-3])(?:[:.hH]\s?([0-5]\d)?)?\s?h?", re.ASCII)
_FOUR = re.compile(r"([01]\d|2[0-3])([0-5]\d)", re.ASCII)
_GROUPS = re.compile(r"-?\d{1,3}([.,])\d{3}(?:\1\d{3})*", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,15}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{0,15}(?:[.,]\d{0,15})?", re.ASCII)


class Unreadable(ValueError):
    """What was typed has no meaning here; ``detail`` says what to write."""

    def __init__(self, detail: Text) -> None:
        super().__init__(str(detail))
        self.detail = detail


def _digits(value: str) -> str:
    return _SPACES.sub("", value).replace("\N{MINUS SIGN}", "-").replace("–", "-")


def integer(value: str) -> int:
    """“2400”, “2 400”, “2.400” and “2,400”, since a comma or point before three figures can only group them here."""
    plain = _digits(value)
    grouped = _GROUPS.fullmatch(plain)
    if grouped:
        plain = plain.replace(grouped[1], "")
    if not _INTEGER.fullmatch(plain):
        raise Unreadable(text("Write a whole number in figures, such as 2400."))
    return int(plain)


def decimal(value: str) -> float:
    """“-73,25” and “-73.25”."""
    plain = _digits(value).removesuffix("°")
    if not _DECIMAL.fullmatch(plain) or not any(letter.isdigit() for letter in plain):
        raise Unreadable(text("Write a number, such as 12 or 12.5."))
    return float(plain.replace(",", "."))


def date(day: str, month: str, year: str) -> str:
    """“2027-09-06” of “6”, “9”, “2027”."""
    if not (day and month and year):
        raise Unreadable(text("Write day, month and year, such as 6 9 2027."))
    try:
        if not (day.isascii() and month.isascii() and year.isascii() and len(year) == 4):
            raise ValueError(year)
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        detail = text("There is no such date. Write day, month and year in figures, such as 6 9 2027.")
        raise Unreadable(detail) from None


def time(value: str) -> str:
    """“07:00” of “7”, “7:00”, “07.00”, “7h00”, “0700”."""
    plain = value.strip()
    found = _FOUR.fullmatch(plain) or _TIME.fullmatch(plain)
    if not found:
        raise Unreadable(text("Write a time from 00:00 to 23:59, such as 07:00."))
    return f"{int(found[1]):02d}:{found[2] or '00'}"


def flat(content: Mapping[str, object], language: str) -> dict[str, list[str]]:
    """A document as the fields of a form, by name: the inverse of what a form's readers do."""
    fields: dict[str, list[str]] = {}
    for name, value in _fields("", content, language):
        fields.setdefault(name, []).append(value)
    return fields


def _fields(name: str, value: object, language: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _fields(f"{name}-{key}" if name else str(key), inner, language)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _fields(f"{name}-{place}" if isinstance(inner, Mapping) else name, inner, language)
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    elif isinstance(value, int | float):
        yield name, number(language, value).replace("\N{MINUS SIGN}", "-")
    elif isinstance(value, str):
        yield name, value
        if is_day(value[:10]) and (is_day(value) or is_local(value)):
            year, month, day = value[:10].split("-")
            yield from ((f"{name}-day", str(int(day))), (f"{name}-month", str(int(month))), (f"{name}-year", year))
            if is_local(value):
                yield f"{name}-time", value[11:]
