"""One opening of a page, as the handlers of notices need it: who reads, in which language, at what moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from starlette.requests import Request

from notify import formats
from notify.actor import Actor
from notify.errors import NotSignedIn
from notify.language import Translator, text, translator
from notify.notices.times import local_date, to_local
from notify.office import Office
from notify.parties.directory import Directory, Party
from notify.web.languages import language_of


@dataclass(frozen=True)
class Visit:
    """``actor`` and ``party`` are None for the public; ``party`` alone for auditors and administrators."""

    office: Office
    actor: Actor | None
    party: Party | None
    directory: Directory
    language: str
    now: datetime

    @classmethod
    def of(cls, request: Request) -> Visit:
        """The visit of a request that `Visitors` has let in."""
        office: Office = request.app.state.office
        return cls(
            office,
            getattr(request.state, "actor", None),
            getattr(request.state, "party", None),
            request.state.directory,
            language_of(request),
            office.clock(),
        )

    def signed_in(self) -> Actor:
        """The actor. Raises `NotSignedIn` for the public."""
        if self.actor is None:
            raise NotSignedIn(text("Sign in to open this page."))
        return self.actor

    def has(self, *roles: str) -> bool:
        """Whether the reader has one of these roles."""
        return self.actor is not None and not self.actor.roles.isdisjoint(roles)

    @property
    def code(self) -> str:
        """The code of the reader's party; "" for who has none."""
        return self.party.code if self.party is not None else ""

    @property
    def zone(self) -> str:
        """The reader's own clock."""
        return self.party.timezone if self.party is not None else "UTC"

    @property
    def today(self) -> date:
        """The date by the reader's clock."""
        return local_date(self.now, self.zone)

    @property
    def say(self) -> Translator:
        """Puts texts into the reader's language."""
        return translator(self.language)

    def name(self, code: str) -> str:
        """The name of a party."""
        return self.directory.name(code, self.language)

    def day(self, instant: datetime) -> str:
        """“2 de junio” by the reader's clock, with its year when that is not this one."""
        here = to_local(instant, self.zone).date()
        write = formats.day_month if here.year == self.today.year else formats.full_date
        return write(self.language, here)

    def clock(self, instant: datetime) -> str:
        """“10:31” by the reader's clock."""
        return formats.clock(to_local(instant, self.zone))

    def listed(self, items: list[str]) -> str:
        """“Bolivia y Chile”."""
        return formats.listed(self.language, items)


def visitor_address(request: Request) -> str:
    """The visitor's IP address; "" where the server does not tell, as on a Unix socket."""
    return request.client.host if request.client is not None else ""
