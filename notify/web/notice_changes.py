"""What changed from one revision to another, in words for a table: label, before, after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from notify.delivery.field_words import field_words
from notify.labels import label
from notify.language import LANGUAGES, Text, text
from notify.notices.changes import Change
from notify.notices.notice import Content
from notify.web.visit import Visit
from notify.words import word

Row = tuple[str, Markup | str | None, Markup | str | None]
"""(what, before, after): None for what was not there."""

_AREA = "/place/geometry"


def rows(visit: Visit, changes: Iterable[Change], after: Content) -> list[Row]:
    """Every change in words. An invitation that was given up as a whole, or made anew, is one row."""
    found = list(changes)
    whole = _whole_observation(visit, found)
    shown = [change for change in found if not (whole and change["pointer"].startswith("/observation"))]
    made = [_row(visit, change, after) for change in shown]
    return [*made, whole] if whole else made


def status_row(visit: Visit, before: str, after: str) -> Row | None:
    """The change of the status itself; None when it stayed."""
    if before == after:
        return None
    return visit.say(text("Status")), visit.say(word("status", before)), visit.say(word("status", after))


def _whole_observation(visit: Visit, changes: Sequence[Change]) -> Row | None:
    ours = [change for change in changes if change["pointer"].startswith("/observation")]
    if not any(change["pointer"] == "/observation/seats" for change in ours):
        return None
    invited, name = visit.say(text("observers are invited")), visit.say(label("/observation"))
    if all(change["after"] is None for change in ours):
        return name, invited, None
    if all(change["before"] is None for change in ours):
        return name, None, invited
    return None


def _row(visit: Visit, change: Change, after: Content) -> Row:
    pointer = change["pointer"]
    before, then = (_words(visit, pointer, change[side]) for side in ("before", "after"))
    if before is not None and before == then:
        # An outline whose middle stayed, for one: the words cannot show what changed.
        then = visit.say(text("changed: %(value)s", value=then))
    return visit.say(_label(visit, pointer, after)), before, then


def _label(visit: Visit, pointer: str, after: Content) -> Text:
    parts = pointer.split("/")
    if parts[1] == "participants" and parts[-1] == "personnel":
        participants: Sequence[Mapping[str, Any]] = after.get("participants") or ()
        place = int(parts[2])
        if place < len(participants):
            state = participants[place]["state"]
            return text("Personnel %(of_state)s", of_state=visit.directory.of(state, visit.language))
    return label(pointer)


def _words(visit: Visit, pointer: str, value: object) -> Markup | str | None:
    """The value in words; a text in another language than the reader's says which."""
    shown = field_words(pointer, value, visit.language, visit.directory)
    spoken = pointer.rpartition("/")[2]
    if shown is not None and spoken in LANGUAGES and spoken != visit.language:
        return Markup('<span lang="{}">{}</span>').format(spoken, shown)
    return shown
