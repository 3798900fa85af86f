"""What stands around every page: the menu by role, the languages, the demonstration's accounts, the foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from notify.actor import Actor
from notify.language import LANGUAGES, Text, text
from notify.parties.directory import Party
from notify.web.languages import NAMES

SERVICE = text("Advance notices between states")
SUBTITLE = text("Confidence- and security-building measures")


@dataclass(frozen=True)
class MenuItem:
    """One entry of the menu; ``hidden`` says to a screen reader what ``count`` counts."""

    name: str
    words: Text
    url: str
    count: int = 0
    hidden: Text | None = None


@dataclass(frozen=True)
class DemoAccount:
    """An account of a demonstration: in the strip's “see it as”; if ``featured``, a button on the sign-in page."""

    value: str
    label: Text | str
    code: str = ""
    note: Text | str = ""
    person_id: str | None = None
    featured: bool = False


@dataclass(frozen=True)
class Language:
    """One entry of the switch of languages."""

    code: str
    name: str
    url: str


def posts(actor: Actor | None, party: Party | None) -> bool:
    """Whether the menu offers to post a notice: to officers of a state."""
    return actor is not None and actor.has("officer") and party is not None and party.is_state


def menu(actor: Actor | None, counts: Mapping[str, int], party: Party | None = None) -> list[MenuItem]:
    """The menu of a person, by roles; ``counts`` of what waits: inbox, observers, my_attendance."""
    if actor is None:
        return []
    officer, manager, observer = actor.has("officer"), actor.has("manager"), actor.has("observer")
    auditor, administrator = actor.has("auditor"), actor.has("administrator")
    of_party = officer or manager or observer
    state = party is None or party.is_state
    waiting = (counts.get("inbox", 0), text("not acknowledged")) if officer else (0, None)
    deciding = (counts.get("observers", 0), text("to decide")) if officer else (0, None)
    answering = (counts.get("my_attendance", 0), text("to answer"))
    every = [
        (of_party, MenuItem("home", text("Home"), "/")),
        (of_party, MenuItem("inbox", text("Inbox"), "/inbox", *waiting)),
        ((officer or manager) and state, MenuItem("notices", text("Our notices"), "/notices")),
        (officer or manager, MenuItem("observers", text("Observers"), "/observers", *deciding)),
        (observer, MenuItem("my_attendance", text("My attendance"), "/my-attendance", *answering)),
        (of_party, MenuItem("subscriptions", text("Subscriptions"), "/subscriptions")),
        (auditor and not of_party, MenuItem("notices", text("Notices"), "/notices")),
        (auditor, MenuItem("audit", text("Audit log"), "/audit")),
        (administrator, MenuItem("parties", text("Parties"), "/parties")),
        (officer or manager or administrator, MenuItem("neighbours", text("Neighbouring states"), "/neighbours")),
        (manager, MenuItem("people", text("People"), "/people")),
        (administrator, MenuItem("operation", text("Operation"), "/operation")),
    ]
    return [item for shown, item in every if shown]


def languages(request: Request) -> list[Language]:
    """The switch: this very page in each of the four languages."""
    kept = [(name, value) for name, value in parse_qsl(request.url.query) if name != "lang"]
    return [Language(code, NAMES[code], f"?{urlencode([*kept, ('lang', code)])}") for code in LANGUAGES]


def foot_links(demonstration: bool) -> Sequence[tuple[Text, str]]:
    """The links of the foot; only to what this version serves."""
    links = [(text("API"), "/api/docs")]
    if demonstration:
        links.insert(0, (text("Mails of the demonstration"), "/demo/mail"))
    return links
