"""The kinds of value that the fields of a notice hold, each with the rule that one field alone must keep.

A rule that fails raises a pydantic error whose type is a key of `faults.SENTENCES`; the words are there.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

import email_validator
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from notify.codes import ISO_639_1, Language
from notify.mailboxes import ascii_mailbox
from notify.notices import times

STRICT = ConfigDict(extra="forbid", strict=True)
"""Nothing is converted: a number never passes as a text or a date, and a field that nobody knows is refused."""

_BREAKS = frozenset("\n\t")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of reading: a line could show other words than it holds."""


def error(kind: str) -> PydanticCustomError:
    """The error of a rule, by its key of `faults.SENTENCES`."""
    return PydanticCustomError(kind, "see notify.notices.faults")


def _clean(value: str, allowed: frozenset[str]) -> str:
    if not value.strip():
        raise error("blank")
    for character in value:
        if character not in allowed and (
            unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _OVERRIDES
        ):
            raise error("control_characters")
    return value


def _line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise error("one_line")
    return _clean(value, frozenset())


def _lines(value: str) -> str:
    return _clean(value.replace("\r\n", "\n"), _BREAKS)


def _by_language(value: object) -> object:
    if not isinstance(value, dict):
        raise error("free_text")
    return value


def _day(value: str) -> str:
    if not times.is_day(value):
        raise error("day")
    return _in_years(value)


def _local(value: str) -> str:
    if not times.is_local(value):
        raise error("local")
    return _in_years(value)


def _day_or_local(value: str) -> str:
    if not times.is_day(value) and not times.is_local(value):
        raise error("day_or_local")
    return _in_years(value)


def _in_years(value: str) -> str:
    if not times.FIRST_YEAR <= int(value[:4]) <= times.LAST_YEAR:
        raise error("year")
    return value


def _zone(value: str) -> str:
    if value not in times.zones():
        raise error("zone")
    return value


def _language_code(value: str) -> str:
    if value not in ISO_639_1:
        raise error("language_code")
    return value


def _email(value: str) -> str:
    try:
        # Nothing is sent to a point of contact, so that a name reserved for tests does no harm.
        email_validator.validate_email(value, check_deliverability=False, test_environment=True)
    except email_validator.EmailNotValidError:
        raise error("email") from None
    return value


def _mailbox(value: str) -> str:
    found = ascii_mailbox(value)
    if found is None:
        raise error("email")
    return found


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value


Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]
"""A name or a title in one line, at most 200 characters."""

ShortLine = Annotated[str, Field(max_length=100), AfterValidator(_line)]
"""As `Line`, at most 100 characters."""

Code = Annotated[str, Field(max_length=40)]
"""A code that is looked up: an unknown one is named by the rule that looks it up."""

_Title = Annotated[str, Field(max_length=200), AfterValidator(_line)]
_Summary = Annotated[str, Field(max_length=5_000), AfterValidator(_lines)]
_Words = Annotated[str, Field(max_length=10_000), AfterValidator(_lines)]

Title = Annotated[dict[Language, _Title], BeforeValidator(_by_language), Field(min_length=1)]
Summary = Annotated[dict[Language, _Summary], BeforeValidator(_by_language), Field(min_length=1)]
FreeText = Annotated[dict[Language, _Words], BeforeValidator(_by_language), Field(min_length=1)]
"""A text for people, {language: text}, in at least one language; at most 10,000 characters each."""

_DAY_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
_LOCAL_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"
_EITHER_PATTERN = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$"

Day = Annotated[str, AfterValidator(_day), Field(examples=["2027-03-13"], json_schema_extra={"pattern": _DAY_PATTERN})]
LocalTime = Annotated[
    str, AfterValidator(_local), Field(examples=["2027-03-13T07:00"], json_schema_extra={"pattern": _LOCAL_PATTERN})
]
DayOrLocalTime = Annotated[
    str,
    AfterValidator(_day_or_local),
    Field(examples=["2027-03-13", "2027-03-13T07:00"], json_schema_extra={"pattern": _EITHER_PATTERN}),
]
Zone = Annotated[str, AfterValidator(_zone), Field(max_length=64, examples=["America/Lima"])]
LanguageCode = Annotated[
    str, AfterValidator(_language_code), Field(examples=["es"], json_schema_extra={"pattern": "^[a-z]{2}$"})
]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
"""A mail address that people read."""

Mailbox = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_mailbox)]
"""A mail address that this node writes to."""

Phone = Annotated[str, Field(max_length=50), AfterValidator(_line)]

Count = Annotated[int, Field(ge=0, le=10_000_000)]
"""People or pieces, counted."""

Quantity = Annotated[float, Field(gt=0, le=1_000_000_000, allow_inf_nan=False), AfterValidator(_whole)]
"""Pieces, rounds, kilograms or tonnes. A whole number stays whole, so that it is signed as it was written."""

Kilometres = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_whole)]
