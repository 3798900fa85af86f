"""The mails that a node without a mail server has written to files: listed, searched, and taken apart for showing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from functools import lru_cache
from pathlib import Path
from typing import Any

import icalendar

_NAME = re.compile(r"[0-9A-Za-z-]{1,80}\.eml", re.ASCII)
_LINK = re.compile(r"<a (?=[^>]*href)", re.IGNORECASE)
_HEADER_BYTES = 65_536
"""The headers of a mail end long before this."""


@dataclass(frozen=True)
class Listed:
    """One mail of the list; ``at`` is when it was written, in UTC."""

    name: str
    to: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class Mail:
    """One mail, taken apart; "" for a part that it does not have. ``calendar`` is iCalendar text (RFC 5545)."""

    name: str
    headers: Sequence[tuple[str, str]]
    text: str
    html: str
    calendar: str
    method: str
    event: Sequence[tuple[str, str]]


def is_name(name: str) -> bool:
    """Whether a name can be that of a mail: no path in it, so that nothing outside of the folder is named."""
    return _NAME.fullmatch(name) is not None


def listed(folder: Path, address: str = "") -> list[Listed]:
    """The mails of a folder, newest first; with ``address``, those to whom it is a part of the address."""
    wanted = address.strip().lower()
    found = [mail for mail in _all(folder) if wanted in mail.to.lower()]
    return sorted(found, key=lambda mail: (mail.at, mail.name), reverse=True)


def read(folder: Path, name: str) -> Mail | None:
    """One mail; None when there is none of this name."""
    if not is_name(name):
        return None
    try:
        message = _parsed((folder / name).read_bytes())
    except FileNotFoundError:
        return None
    calendar = _part(message, "text/calendar")
    return Mail(
        name,
        [(key, str(value)) for key, value in message.items()],
        _part(message, "text/plain"),
        _for_a_frame(message, _part(message, "text/html")),
        calendar,
        _method(message),
        _event(calendar),
    )


def _all(folder: Path) -> Iterator[Listed]:
    for path in folder.glob("*.eml"):
        if is_name(path.name):
            try:
                yield _listed(path, path.stat().st_mtime_ns)
            except FileNotFoundError:
                continue  # removed meanwhile, as by `make demo-reset`


@lru_cache(maxsize=20_000)
def _listed(path: Path, written: int) -> Listed:
    with path.open("rb") as file:
        message = _parsed(file.read(_HEADER_BYTES))
    to = ", ".join(address for _, address in getaddresses([str(value) for value in message.get_all("to", [])]))
    return Listed(path.name, to, str(message.get("subject", "")), datetime.fromtimestamp(written / 1e9, UTC))


def _parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type and not part.is_attachment():
            return str(part.get_content())
    return ""


def _method(message: EmailMessage) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            return str(part.get_param("method") or "")
    return ""


def _for_a_frame(message: EmailMessage, html: str) -> str:
    """The HTML with its links leading out of the frame, and the pictures that the mail carries (RFC 2392) in place."""
    html = _LINK.sub('<a target="_top" ', html)
    for part in message.walk():
        content_id = str(part.get("content-id", "")).strip("<> ")
        if content_id and part.get_content_maintype() == "image":
            encoded = "".join(str(part.get_payload()).split())
            html = html.replace(f"cid:{content_id}", f"data:{part.get_content_type()};base64,{encoded}")
    return html


def _event(calendar: str) -> list[tuple[str, str]]:
    """The lines of the calendar's event that say what a calendar program is told, as written."""
    if not calendar:
        return []
    found = []
    for event in icalendar.Calendar.from_ical(calendar).walk("VEVENT"):
        for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "ORGANIZER", "ATTENDEE", "STATUS"):
            if name in event:
                found.append((name, _written(event[name])))
    return found


def _written(value: Any) -> str:
    """A property's value as it stands in the calendar."""
    return bytes(value.to_ical()).decode()
