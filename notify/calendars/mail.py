"""Mails as bytes, built by hand: `email` would re-wrap the calendar part, and its boundaries are random.

Everything in a mail follows from the arguments, so that a retry sends the same bytes. Lines end in CRLF and hold ASCII
alone, so that no relay has a reason to change one.
"""

from __future__ import annotations

import hashlib
import quopri
import re
from base64 import encodebytes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal

from notify.calendars.headers import Mailbox, mailbox_field, text_field, token_field

__all__ = ["InlineImage", "Mailbox", "calendar_message", "notice_message"]

_IDENTIFIER = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
_CID = re.compile(r"[A-Za-z0-9.-]+")
_OURS = {"from", "to", "reply-to", "subject", "date", "message-id", "mime-version"}


@dataclass(frozen=True)
class InlineImage:
    """An image that the HTML part shows as ``<img src="cid:…">``; ``cid`` is letters, digits, dots and hyphens."""

    cid: str
    kind: Literal["png", "svg+xml"]
    content: bytes

    def __post_init__(self) -> None:
        if not _CID.fullmatch(self.cid):
            raise ValueError(f"{self.cid!r} cannot name an image.")


def calendar_message(
    *,
    sender: Mailbox,
    to: Mailbox,
    subject: str,
    text: str,
    html: str,
    calendar: bytes,
    method: str,
    message_id: str,
    date: datetime,
    reply_to: Mailbox | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A mail that programs take as an invitation (REQUEST) or its end (CANCEL): the calendar as the last alternative,
    and attached as invite.ics for those that look there.

    ``to`` is the calendar's attendee, ``sender`` and ``reply_to`` its organizer; ``message_id`` is ``left@right``.
    Raises ValueError where ``method`` is not the calendar's own, and as `notice_message` does.
    """
    if f"\r\nMETHOD:{method}\r\n".encode() not in calendar:
        raise ValueError(f"The calendar's METHOD is not {method}.")
    alternatives = [
        _text("plain", text),
        _text("html", html),
        _binary(calendar, f"text/calendar; charset=UTF-8; method={method}"),
    ]
    attached = _binary(
        calendar, 'application/ics; name="invite.ics"', 'Content-Disposition: attachment; filename="invite.ics"'
    )
    body = _multipart("mixed", message_id, [_multipart("alternative", message_id, alternatives), attached])
    return _head(sender, to, reply_to, subject, date, message_id, headers or {}) + body


def notice_message(
    *,
    sender: Mailbox,
    to: Mailbox,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    reply_to: Mailbox | None = None,
    headers: Mapping[str, str] | None = None,
    images: Sequence[InlineImage] = (),
) -> bytes:
    """A mail of plain text and HTML, with the images that the HTML shows.

    ``message_id`` is ``left@right``, ``date`` is aware; ``headers`` are further fields, such as List-Unsubscribe.
    Raises ValueError for a line break or control character in a field, a field given twice, or a bad Message-ID.
    """
    shown = _text("html", html)
    if images:
        pictures = [
            _binary(each.content, f"image/{each.kind}", f"Content-ID: <{each.cid}>", "Content-Disposition: inline")
            for each in images
        ]
        shown = _multipart("related", message_id, [shown, *pictures])
    body = _multipart("alternative", message_id, [_text("plain", text), shown])
    return _head(sender, to, reply_to, subject, date, message_id, headers or {}) + body


def _head(
    sender: Mailbox,
    to: Mailbox,
    reply_to: Mailbox | None,
    subject: str,
    date: datetime,
    message_id: str,
    headers: Mapping[str, str],
) -> bytes:
    """The mail's own fields, as far as MIME-Version; the first part's Content-Type follows."""
    if date.tzinfo is None:
        raise ValueError("A date without a time zone.")
    if not _IDENTIFIER.fullmatch(message_id):
        raise ValueError(f"{message_id!r} is not a Message-ID.")
    names = [name.lower() for name in headers]
    if len(set(names)) < len(names) or any(name in _OURS or name.startswith("content-") for name in names):
        raise ValueError("A header field is given twice.")
    fields = [mailbox_field("From", sender), mailbox_field("To", to)]
    if reply_to:
        fields.append(mailbox_field("Reply-To", reply_to))
    fields += [
        text_field("Subject", subject),
        token_field("Date", format_datetime(date.astimezone(UTC))),
        token_field("Message-ID", f"<{message_id}>"),
    ]
    if "auto-submitted" not in names:
        fields.append(token_field("Auto-Submitted", "auto-generated"))  # RFC 3834: nobody's absence replies to it
    fields += [token_field(name, value) for name, value in headers.items()]
    return b"".join([*fields, token_field("MIME-Version", "1.0")])


def _part(content_type: str, encoding: str, body: bytes, *fields: str) -> bytes:
    head = [f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}", *fields]
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + body.replace(b"\n", b"\r\n")


def _text(kind: str, content: str) -> bytes:
    lines = content.replace("\r\n", "\n").replace("\r", "\n").encode()
    return _part(f"text/{kind}; charset=UTF-8", "quoted-printable", quopri.encodestring(lines))


def _binary(content: bytes, content_type: str, *fields: str) -> bytes:
    return _part(content_type, "base64", encodebytes(content), *fields)


def _multipart(kind: str, message_id: str, parts: Sequence[bytes]) -> bytes:
    # "=_" stands in no quoted-printable and no base64 text (RFC 2045, 6.7), so no part can hold the boundary.
    boundary = "=_" + hashlib.sha256(f"{kind} {message_id}".encode()).hexdigest()[:32]
    delimiter = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(delimiter + b"\r\n" + part + b"\r\n" for part in parts) + delimiter + b"--\r\n"
