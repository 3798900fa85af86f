"""One thing that `doctor` looked at: how it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from notify.language import Text


@dataclass(frozen=True)
class Finding:
    """``check`` names what was looked at, for programs; ``todo`` is there unless all is well."""

    level: Literal["ok", "warning", "error"]
    check: str
    what: Text
    todo: Text | None = None

    def as_json(self) -> dict[str, object]:
        """The finding for a program, in English."""
        return {
            "level": self.level,
            "check": self.check,
            "what": str(self.what),
            "todo": str(self.todo) if self.todo else None,
        }


def ok(check: str, what: Text) -> Finding:
    """All is well."""
    return Finding("ok", check, what)


def warning(check: str, what: Text, todo: Text) -> Finding:
    """The service works, but somebody should look."""
    return Finding("warning", check, what, todo)


def error(check: str, what: Text, todo: Text) -> Finding:
    """Something that the service needs does not work."""
    return Finding("error", check, what, todo)
