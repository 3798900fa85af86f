"""Mails to officers on an observer: who asks, what was decided, what was answered. Short, with a link to the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.delivery.field_words import free
from notify.delivery.mail_rendering import Button, ShortMail, sentence, service_name
from notify.language import Text, text, translator
from notify.notices.notice import Notice
from notify.parties.directory import Directory
from notify.words import word


def attendance_mail(
    event_type: str, attendance: Mapping[str, Any], notice: Notice, directory: Directory, language: str, base_url: str
) -> ShortMail:
    """``attendance`` as webhooks show it: status and reply are those of the event."""
    say = translator(language)
    observer = attendance["observer"]
    party, host = directory.name(attendance["party"], language), directory.name(notice.state, language)
    title = free(notice.content.get("title"), language)
    subject = say(text("%(reference)s: %(what)s", reference=notice.reference, what=_subject(event_type, party)))
    rows = [
        (say(text("Observer")), observer["name"]),
        (say(text("Rank")), observer["rank"]),
        (say(text("Function")), observer["function"]),
        (say(text("Party")), party),
        (say(text("Notice")), f"{notice.reference} {title or ''}".strip()),
        (say(text("Remarks")), attendance["remarks"]),
        (say(text("Reason")), str(free(attendance["reason"], language) or "")),
    ]
    return ShortMail(
        language=language,
        subject=say(text("[TEST] %(subject)s", subject=subject)) if notice.test else subject,
        service=service_name(say),
        heading=sentence(say(_subject(event_type, party))),
        paragraphs=(say(_sentence(event_type, observer["name"], party, host, attendance["reply"])),),
        rows=tuple((label, value) for label, value in rows if value),
        buttons=(Button(say(text("Open the observers of this notice")), f"{base_url}/notices/{notice.id}/attendance"),),
        notes=(say(text("Nobody reads answers to this address.")),),
        test=say(text("Test of the system")) if notice.test else "",
    )


def _subject(event_type: str, party: str) -> Text:
    match event_type:
        case "attendance.requested":
            return text("observer of %(party)s to endorse", party=party)
        case "attendance.endorsed":
            return text("observer of %(party)s to decide on", party=party)
        case "attendance.approved":
            return text("observer of %(party)s approved", party=party)
        case "attendance.declined":
            return text("observer of %(party)s declined", party=party)
        case "attendance.waitlisted":
            return text("observer of %(party)s on the waiting list", party=party)
        case "attendance.revoked":
            return text("approval of the observer of %(party)s revoked", party=party)
        case "attendance.withdrawn":
            return text("observer of %(party)s withdrawn", party=party)
        case "attendance.replied":
            return text("observer of %(party)s answered the invitation", party=party)
    raise ValueError(event_type)


def _sentence(event_type: str, name: str, party: str, host: str, reply: str) -> Text:
    match event_type:
        case "attendance.requested":
            return text(
                "%(name)s asks to attend. An officer of %(party)s must endorse the request before %(host)s can decide.",
                name=name, party=party, host=host,
            )  # fmt: skip
        case "attendance.endorsed":
            return text("%(party)s proposes %(name)s. %(host)s decides.", party=party, name=name, host=host)
        case "attendance.approved":
            return text(
                "%(host)s has approved %(name)s. The invitation with its calendar entry goes to the observer.",
                host=host, name=name,
            )  # fmt: skip
        case "attendance.declined":
            return text("%(host)s gives no seat to %(name)s.", host=host, name=name)
        case "attendance.waitlisted":
            return text("%(host)s has put %(name)s on the waiting list.", host=host, name=name)
        case "attendance.revoked":
            return text(
                "%(host)s has taken the seat of %(name)s back. The entry is cancelled in the observer's calendar.",
                host=host, name=name,
            )  # fmt: skip
        case "attendance.withdrawn":
            return text("%(party)s has withdrawn %(name)s.", party=party, name=name)
        case "attendance.replied":
            return text("%(name)s answered: %(reply)s.", name=name, reply=word("reply", reply))
    raise ValueError(event_type)
