"""What stands in a field of a notice, as a reader of one language reads it; and what changed, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notify import formats
from notify.labels import label, pattern
from notify.language import LANGUAGES, Text, text, translator
from notify.notices.known import GROUP
from notify.notices.times import is_day, is_local
from notify.parties.directory import Directory
from notify.words import word

_CODES: Mapping[str, str] = {
    "/visibility": "visibility",
    "/content/activity": "activity",
    "/content/type": "type",
    "/content/services": "service",
    "/content/command_level": "command_level",
    "/content/kind": "visit_kind",
    "/content/installations/*/kind": "installation_kind",
    "/content/origin": "origin",
    "/content/method": "method",
    "/content/items/*/category": "category",
    "/content/items/*/unit": "unit",
    "/observation/languages": "language",
    "/observation/equipment_allowed": "equipment_allowed",
}
"""Fields that hold codes of an enumeration, and which."""

_PARTIES = frozenset({"/state", "/participants/*/state", "/observation/invite", "/also_notify"})
_ZONES = frozenset({"/period/timezone", "/observation/period/timezone"})


@dataclass(frozen=True)
class ChangeRow:
    """One field that changed, in words; ``before`` or ``after`` is None where it was absent."""

    label: str
    before: str | None
    after: str | None


def change_rows(changes: Sequence[Mapping[str, object]], language: str, directory: Directory) -> list[ChangeRow]:
    """The changes of a revision in words; an invitation to observers that was given up as a whole is one of them."""
    say = translator(language)
    off = [change for change in changes if _is_observation(change)]
    given_up = bool(off) and all(change["after"] is None for change in off) and len(off) > 1
    rows: list[ChangeRow] = []
    for change in changes:
        if given_up and _is_observation(change):
            if change is off[0]:
                rows.append(ChangeRow(say(label("/observation")), say(text("invited")), None))
            continue
        at = str(change["pointer"])
        before, after = (field_words(at, change[side], language, directory) for side in ("before", "after"))
        if before is not None and before == after:
            after = say(text("changed: %(value)s", value=after))
        rows.append(ChangeRow(say(label(at)), before, after))
    return rows


def _is_observation(change: Mapping[str, object]) -> bool:
    return str(change["pointer"]).startswith("/observation")


def field_words(pointer: str, value: object, language: str, directory: Directory) -> str | None:
    """The value of the field at a JSON pointer in words; None for an absent one."""
    if value is None:
        return None
    say = translator(language)
    kind = pattern(pointer)
    if isinstance(value, list):
        each = [field_words(pointer, item, language, directory) or "" for item in value]
        return formats.listed(language, each)
    if isinstance(value, bool):
        return say(text("yes")) if value else say(text("no"))
    if isinstance(value, int | float):
        return formats.number(language, value)
    if isinstance(value, Mapping):
        return _object_words(value, language)
    shown = str(value)
    if kind in _CODES:
        return say(word(_CODES[kind], shown))
    if kind in _PARTIES:
        return addressee(shown, language, directory)
    if kind in _ZONES:
        return f"{formats.city(language, shown)} ({shown})"
    if is_day(shown):
        return formats.full_date(language, shown)
    if is_local(shown):
        return f"{formats.full_date(language, shown)}, {formats.clock(shown)}"
    return shown


def addressee(code: str, language: str, directory: Directory) -> str:
    """A party or a group of an invitation by its name."""
    if not code.startswith(GROUP):
        return directory.name(code, language)
    return translator(language)(directory.group_name(code.removeprefix(GROUP), language))


def _object_words(value: Mapping[str, object], language: str) -> str:
    """A geometry, the only object that is compared as a whole."""
    coordinates = value.get("coordinates")
    if value.get("type") == "Point" and isinstance(coordinates, list):
        return formats.coordinates(language, float(coordinates[0]), float(coordinates[1]))
    return translator(language)(text("the area drawn on the map"))


@dataclass(frozen=True)
class Said:
    """A text for a reader. ``language`` and ``mark`` (“in Spanish”) are empty where it is the reader's own."""

    text: str
    language: str = ""
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.mark})" if self.mark else self.text


def free(words: object, language: str) -> Said | None:
    """A free text as the reader gets it: in the reader's language, else in the first that it has, marked so."""
    if not isinstance(words, Mapping):
        return None
    for spoken in (language, *LANGUAGES):
        if found := words.get(spoken):
            if spoken == language:
                return Said(str(found))
            mark: Text = text("in %(language)s", language=formats.language_name(language, spoken))
            return Said(str(found), spoken, translator(language)(mark))
    return None
