"""Mails from templates: plain text and HTML of the same words, which come as plain values in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notify.calendars.mail import Mailbox
from notify.language import Translator, text
from notify.settings import Settings

_PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class Button:
    """What a mail asks for; the link shows, and acts only when its page is confirmed."""

    words: str
    url: str


@dataclass(frozen=True)
class ShortMail:
    """A mail of a few sentences, in words of one language. ``rows`` are (what it is called, what it is)."""

    language: str
    subject: str
    service: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    buttons: tuple[Button, ...] = ()
    notes: tuple[str, ...] = ()
    test: str = ""


@dataclass(frozen=True)
class Rendered:
    """The two parts of a mail."""

    text: str
    html: str


def render(name: str, **values: object) -> Rendered:
    """The templates ``mail/{name}.txt`` and ``mail/{name}.html`` with the same values."""
    made = _environment()
    return Rendered(made.get_template(f"{name}.txt").render(values), made.get_template(f"{name}.html").render(values))


def render_short(mail: ShortMail) -> Rendered:
    """A short mail."""
    return render("short", mail=mail)


def service_name(say: Translator) -> str:
    """What this service is called."""
    return say(text("Advance notices between states"))


def sender(settings: Settings, say: Translator) -> Mailbox:
    """Who every mail but an invitation comes from."""
    return Mailbox(settings.mail_from, service_name(say))


def message_id(settings: Settings, delivery_id: object) -> str:
    """The Message-ID of a delivery, without its brackets: the same on every attempt."""
    return f"{delivery_id}@{settings.mail_from.rpartition('@')[2]}"


_TONES: dict[str, tuple[str, str]] = {
    "force": ("#0b3f48", "#dcebec"), "done": ("#14532f", "#ddefe3"), "wait": ("#6a4300", "#fbebcb"),
    "stop": ("#86190f", "#f8deda"), "rest": ("#37434a", "#e7e8e6"), "test": ("#4e2f7a", "#ede6f6"),
}  # fmt: skip
"""(ink, ground) of the look's tones: a mail has no style sheet of its own."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_folder()),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters["sentence"] = sentence
    made.globals["tone"] = _tone
    return made


def _folder() -> Path:
    """Inside the package when it was installed from a wheel, else beside it."""
    inside = _PACKAGE / "_templates"
    return (inside if inside.is_dir() else _PACKAGE.parent / "templates") / "mail"


def sentence(words: str) -> str:
    """Words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def _tone(name: str, which: Literal["ink", "ground"]) -> str:
    ink, ground = _TONES[name]
    return ink if which == "ink" else ground
