"""A body of which some fields are wrong: whoever asks gets only what is right."""

from __future__ import annotations

from collections.abc import Iterable

from notify.notices.pointers import above, get


class Sound:
    """The fields of a body without fault: neither the field itself is wrong, nor anything in it or around it."""

    def __init__(self, body: object, faulty: Iterable[str] = ()) -> None:
        self._body = body
        self._faulty: set[str] = set()
        self._holding: set[str] = set()
        for pointer in faulty:
            self.taint(pointer)

    def taint(self, pointer: str) -> None:
        """Note that the field at a pointer is wrong. A fault of the whole body ("") leaves its fields as they are."""
        self._faulty.add(pointer)
        self._holding.update(above(pointer))

    def __call__(self, pointer: str) -> object | None:
        """What stands at a pointer; None where nothing does, or where it is not right."""
        if pointer in self._faulty or pointer in self._holding:
            return None
        if any(each in self._faulty for each in above(pointer) if each):
            return None
        return get(self._body, pointer)

    def text(self, pointer: str) -> str | None:
        """The text at a pointer; None where there is none, or where it is not right."""
        found = self(pointer)
        return found if isinstance(found, str) else None

    def entries(self, pointer: str) -> list[str]:
        """The pointer of each entry of the list at a pointer, right or wrong."""
        found = get(self._body, pointer)
        if not isinstance(found, list) or pointer in self._faulty:
            return []
        return [f"{pointer}/{index}" for index in range(len(found))]
