"""What went wrong, in one line for whoever typed the command; None for a fault of ours, which keeps its traceback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notify.errors import Refused

_FAULTS_SHOWN = 5


class CommandError(Exception):
    """A command cannot do what was asked; the message is one line that says why and what to do."""


def explain(error: BaseException) -> str | None:
    """The line for an error that somebody can do something about."""
    from sqlalchemy.exc import DBAPIError

    from notify.errors import Refused
    from notify.migrations import SchemaError
    from notify.settings import SettingsError
    from notify.vault import VaultError

    if isinstance(error, (CommandError, SettingsError, SchemaError, VaultError)):
        return one_line(str(error))
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, DBAPIError):
        return f"The database refused: {reason_of(error)}."
    return None


def reason_of(error: BaseException) -> str:
    """What a database or the network said, without the names of classes and without advice for programmers."""
    from sqlalchemy.exc import DBAPIError

    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = re.sub(r"^<class '[^']*'>: |^\[Errno -?\d+\] ", "", str(said))
    return one_line(words).rstrip(".") or type(said).__name__


def one_line(words: str) -> str:
    """The same words without line breaks."""
    return " ".join(words.split())


def _refused(error: Refused) -> str:
    faults = [f"{fault.pointer}: {fault.detail}" if fault.pointer else str(fault.detail) for fault in error.faults]
    if not faults:
        return one_line(str(error.detail))
    more = len(faults) - _FAULTS_SHOWN
    return one_line("; ".join(faults[:_FAULTS_SHOWN]) + (f"; and {more} more." if more > 0 else ""))
