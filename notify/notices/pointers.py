"""JSON pointers (RFC 6901): how faults and changes name a field of a notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from notify.digits import whole


def pointer(*parts: str | int) -> str:
    """The pointer to a field: ``pointer("participants", 0, "state")`` is ``/participants/0/state``.

    Half a surrogate pair, which a JSON text can carry and UTF-8 cannot, becomes a question mark.
    """
    return "".join("/" + _escaped(str(part)) for part in parts)


def split(pointer: str) -> list[str]:
    """The parts of a pointer, without escapes; ``split(pointer(*parts))`` gives the parts back, as text."""
    if not pointer:
        return []
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def get(document: object, pointer: str) -> object | None:
    """What stands at a pointer in a document; None where there is nothing."""
    for part in split(pointer):
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, Sequence) and not isinstance(document, str):
            place = whole(part)
            if place is None or place >= len(document):
                return None
            document = document[place]
        else:
            return None
    return document


def above(pointer: str) -> Iterator[str]:
    """The pointers of everything that holds the field, from the nearest to the whole document ("")."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _escaped(part: str) -> str:
    part = part.encode("utf-8", "replace").decode()
    return part.replace("~", "~0").replace("/", "~1")
