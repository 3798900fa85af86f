"""What changed between two versions of a notice, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from notify.codes import LANGUAGES
from notify.labels import LABELS, pattern
from notify.notices.pointers import pointer

_WHOLE = frozenset({"/place/geometry"})
"""Compared as one thing: one coordinate alone says nothing."""

_RANK: Mapping[str, int] = {known: rank for rank, known in enumerate((*LABELS, *LANGUAGES))}


class Change(TypedDict):
    """One field that differs; ``before`` or ``after`` is None where it was absent."""

    pointer: str
    before: object
    after: object


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Every field that differs, down to the leaves, in the order in which a notice shows its fields.

    Lists of plain values are compared as a whole, lists of objects place by place. Null, an empty list and an empty
    object are the same as absent.
    """
    return list(_differences((), before, after))


def _differences(at: tuple[str | int, ...], before: object, after: object) -> Iterator[Change]:
    before, after = _something(before), _something(after)
    if before == after:
        return
    where = pointer(*at)
    if where not in _WHOLE:
        if _fits(before, Mapping) and _fits(after, Mapping):
            yield from _of_objects(at, before, after)
            return
        if _of_such(before) and _of_such(after):
            yield from _of_lists(at, before, after)
            return
    yield Change(pointer=where, before=before, after=after)


def _of_objects(at: tuple[str | int, ...], before: object, after: object) -> Iterator[Change]:
    old = before if isinstance(before, Mapping) else {}
    new = after if isinstance(after, Mapping) else {}
    for key in sorted({*old, *new}, key=lambda key: _place(at, key)):
        yield from _differences((*at, key), old.get(key), new.get(key))


def _of_lists(at: tuple[str | int, ...], before: object, after: object) -> Iterator[Change]:
    old = before if isinstance(before, Sequence) else ()
    new = after if isinstance(after, Sequence) else ()
    for index in range(max(len(old), len(new))):
        yield from _differences(
            (*at, index), old[index] if index < len(old) else None, new[index] if index < len(new) else None
        )


def _something(value: object) -> object:
    return None if value == [] or value == {} else value


def _fits(value: object, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _of_such(value: object) -> bool:
    """Whether a value is absent or a list of objects."""
    return value is None or (isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value))


def _place(at: tuple[str | int, ...], key: str) -> tuple[int, str]:
    """Where a key stands among its fellows: fields by the table of labels, languages by their order."""
    rank = _RANK.get(pattern(pointer(*at, key)), _RANK.get(key, len(_RANK)))
    return rank, key
