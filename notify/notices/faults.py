"""What is wrong with a field, in sentences of our own: pydantic's kinds of error put into words for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pydantic import ValidationError

from notify.errors import Fault
from notify.language import Text, ntext, text
from notify.notices.pointers import pointer

MAX_FAULTS = 200
"""So many faults are named at most: nobody corrects more at once, and a hostile body could hold a million."""

_Context = Mapping[str, object]


def _limit(words: Callable[[str], Text], key: str) -> Callable[[_Context], Text]:
    return lambda context: words(_number(context[key]))


def _number(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _codes(context: _Context) -> Text:
    """The codes that a Literal allows; pydantic lists them as ``'es', 'en' or 'pt'``, numbers without quotes."""
    expected = str(context["expected"])
    codes = re.findall(r"'([^']*)'", expected) or re.findall(r"\d+", expected)
    return text("Use one of these: %(codes)s.", codes=", ".join(codes))


def _too_short(context: _Context) -> Text:
    if context["field_type"] == "Dictionary":
        return text("Write the text in at least one of the languages es, en, pt and fr.")
    return text("Give at least one entry, or leave the field out.")


def _too_long(context: _Context) -> Text:
    return ntext("Give at most %(n)s entry.", "Give at most %(n)s entries.", int(_number(context["max_length"])))


def _text_too_long(context: _Context) -> Text:
    return ntext("Use at most %(n)s character.", "Use at most %(n)s characters.", int(_number(context["max_length"])))


_CONTROL = text("Remove the control characters: they cannot be seen, and change how the text reads.")
_BLANK = text("Write something here, or leave the field out.")
_OBJECT = text("Write this as an object with its own fields.")
_WHOLE_NUMBER = text("Write a whole number in figures, such as 12.")
_NUMBER = text("Write a number in figures, such as 12 or 2.5.")

SENTENCES: Mapping[str, Text | Callable[[_Context], Text]] = {
    # pydantic's own kinds
    "missing": text("This field is missing."),
    "extra_forbidden": text("No field of this name belongs here. Check its spelling, or remove it."),
    "string_type": text("Write this as a text."),
    "string_unicode": _CONTROL,
    "string_too_long": _text_too_long,
    "string_too_short": _BLANK,
    "int_type": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": text("Write true or false."),
    "literal_error": _codes,
    "list_type": text("Write this as a list."),
    "too_long": _too_long,
    "too_short": _too_short,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "greater_than": _limit(lambda n: text("Write a number greater than %(number)s.", number=n), "gt"),
    "greater_than_equal": _limit(lambda n: text("Write %(number)s or more.", number=n), "ge"),
    "less_than_equal": _limit(lambda n: text("Write %(number)s or less.", number=n), "le"),
    # the rules of notices.fields
    "blank": _BLANK,
    "one_line": text("Write this in one line."),
    "control_characters": _CONTROL,
    "free_text": text('Write the text by its language, such as {"es": "…", "en": "…"}.'),
    "day": text("Write a date of the calendar as year-month-day, such as 2027-03-13."),
    "local": text("Write a date and a time of the clock, such as 2027-03-13T07:00."),
    "day_or_local": text("Write a date such as 2027-03-13, or with a time such as 2027-03-13T07:00."),
    "year": text("Write a year from 2000 to 2100."),
    "zone": text("No such time zone. Write its IANA name, such as America/Lima."),
    "language_code": text("Write the two-letter code of a language (ISO 639-1), such as es."),
    "email": text("Write a mail address such as name@ministry.example."),
}
"""By kind of error, in words; some take what pydantic says of the limit."""

_OTHER = text("This value does not fit here.")


def faults_of(error: ValidationError, *parents: str | int) -> list[Fault]:
    """The faults that pydantic found in a part of a body that lies under ``parents``, at most `MAX_FAULTS`."""
    return every_fault_of(error, *parents)[:MAX_FAULTS]


def every_fault_of(error: ValidationError, *parents: str | int) -> list[Fault]:
    """As `faults_of`, however many: for who must not take what is wrong for right."""
    return list(_faults(error, parents))


def _faults(error: ValidationError, parents: tuple[str | int, ...]) -> Iterator[Fault]:
    for found in error.errors(include_url=False, include_input=False):
        where = (*parents, *(part for part in found["loc"] if part != "[key]"))
        sentence = SENTENCES.get(found["type"], _OTHER)
        yield Fault(pointer(*where), sentence if isinstance(sentence, Text) else sentence(found.get("ctx", {})))


def shown(value: object) -> str:
    """A value as a sentence can quote it: short, and without what cannot be written."""
    words = "".join(c for c in str(value)[:60].encode("utf-8", "replace").decode() if c.isprintable())
    return words if len(words) == len(str(value)) else words + "…"
