"""Who a page is being made for: what filters and macros need to know while it is rendered.

Macros are shared by all requests, so they cannot be handed a request: they ask `reader()`. Rendering never awaits,
so the variable holds the one page that is being made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime

from notify.actor import Actor
from notify.language import Translator, translator
from notify.notices.times import local_date
from notify.parties.directory import Directory, Party


@dataclass(frozen=True)
class Reader:
    """The reader of one page. ``zone`` is the reader's own clock: their party's, UTC for who has none."""

    language: str
    now: datetime
    zone: str = "UTC"
    actor: Actor | None = None
    party: Party | None = None
    directory: Directory | None = None
    csrf_token: Callable[[], str] = str

    @property
    def say(self) -> Translator:
        """Puts texts into the reader's language."""
        return translator(self.language)

    @property
    def today(self) -> date:
        """The date by the reader's clock."""
        return local_date(self.now, self.zone)


_current: ContextVar[Reader] = ContextVar("reader")


def reader() -> Reader:
    """The reader of the page that is being made. Raises `LookupError` outside of `reading`."""
    return _current.get()


@contextmanager
def reading(who: Reader) -> Iterator[None]:
    """Make a page for ``who``."""
    token = _current.set(who)
    try:
        yield
    finally:
        _current.reset(token)
