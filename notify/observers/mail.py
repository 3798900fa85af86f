"""Invitations as mails that calendar programs understand: made again for a retry, they are the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify import formats
from notify.calendars import itip
from notify.calendars.entry import Entry
from notify.calendars.mail import Mailbox, calendar_message
from notify.delivery.channels.email import MailMessage
from notify.delivery.claims import Claim
from notify.delivery.mail_rendering import Button, ShortMail, message_id, render_short, service_name
from notify.delivery.outcome import Outcome
from notify.delivery.rows import among
from notify.delivery.sending import Message, Prepare
from notify.language import Text, Translator, text, translator
from notify.notices.tables import events, notices
from notify.observers.replies import REPLIES, answer_token
from notify.observers.tables import attendance
from notify.observers.tables import invitations as invitations_table
from notify.office import Office
from notify.parties import directory
from notify.parties.directory import Directory
from notify.words import word

Invitation = Mapping[str, Any]
"""A row of `invitations` with its attendance, host, reference and what caused it."""


def invitations(office: Office) -> Prepare:
    """Makes the messages of kind ``invitation``."""

    async def prepare(connection: AsyncConnection, claims: Sequence[Claim]) -> Mapping[str, Message | Outcome]:
        rows = await _rows(connection, sorted({one.attendance_id for one in claims}))
        parties = await directory.load(connection, office.clock())
        return {one.id: _message(office, one.id, rows[one.attendance_id, one.number], parties) for one in claims}

    return prepare


async def _rows(connection: AsyncConnection, ids: Sequence[str]) -> dict[tuple[str, int], Invitation]:
    a, i = attendance.c, invitations_table.c
    before = invitations_table.alias("before")
    found = await connection.execute(
        sa.select(
            i.attendance_id, i.sequence, i.method, i.dtstamp, i.entry, before.c.method.label("method_before"),
            before.c.entry.label("entry_before"), a.id, a.name, a.email, a.language, a.uid, a.organizer, a.generation,
            notices.c.id.label("notice_id"), notices.c.state, notices.c.reference, notices.c.test,
            i.cause, events.c.request_id,
        )
        .join_from(invitations_table, attendance, a.id == i.attendance_id)
        .join(notices, notices.c.id == a.notice_id)
        .outerjoin(before, sa.and_(before.c.attendance_id == i.attendance_id, before.c.sequence == i.sequence - 1))
        .outerjoin(events, events.c.id == i.event_id)
        .where(among(connection, i.attendance_id, ids))
    )  # fmt: skip
    return {(row.attendance_id, row.sequence): row._asdict() for row in found}


def _message(office: Office, delivery_id: str, row: Invitation, parties: Directory) -> MailMessage:
    settings, language = office.settings, row["language"]
    entry = _entry(row)
    host = parties.name(row["state"], language)
    if row["method"] == "REQUEST":
        calendar = itip.request(entry, row["organizer"], host, row["email"], row["name"], rsvp=False)
    else:
        calendar = itip.cancel(entry, row["organizer"], host, row["email"], row["name"])
    words = _words(office, row, entry, host)
    rendered = render_short(words)
    organizer = Mailbox(row["organizer"], host)
    data = partial(
        calendar_message,
        sender=organizer,
        to=Mailbox(row["email"], row["name"]),
        subject=words.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=calendar,
        method=row["method"],
        message_id=message_id(settings, delivery_id),
        date=row["dtstamp"],
        reply_to=organizer,
    )
    return MailMessage(delivery_id, settings.mail_from, row["email"], data, row["request_id"] or "")


def _entry(row: Invitation) -> Entry:
    values = json.loads(row["entry"])
    values["geo"] = tuple(values["geo"]) if values["geo"] else None
    return Entry(
        **values,
        uid=row["uid"],
        sequence=row["sequence"],
        dtstamp=row["dtstamp"],
        status="CONFIRMED" if row["method"] == "REQUEST" else "CANCELLED",
    )


def _words(office: Office, row: Invitation, entry: Entry, host: str) -> ShortMail:
    say, language = translator(row["language"]), row["language"]
    period = {"starts": entry.starts, "ends": entry.ends, "timezone": entry.timezone, "all_day": entry.all_day}
    wanted = row["method"] == "REQUEST"
    rows = [(say(text("Dates")), f"{formats.period(language, period)} ({formats.period_note(language, period)})")]
    if wanted and (moved := _dates_before(row, entry, language)):
        rows.append((say(text("Dates before")), moved))
    rows += [(say(text("Place")), entry.location), (say(text("Observer")), row["name"])]
    if wanted:
        rows.append((say(text("Details")), entry.description))
    note = text("Your calendar program removes the entry.")
    if wanted:
        note = text("Your calendar program can add the entry. Answers that it sends are not read: use the links.")
    answer = f"{office.settings.base_url}/answer/{answer_token(office, row)}"
    return ShortMail(
        language=language,
        subject=_subject(say, row, entry),
        service=service_name(say),
        heading=entry.summary,
        paragraphs=tuple(say(sentence) for sentence in _sentences(row, host)),
        rows=tuple((label, value) for label, value in rows if value),
        buttons=tuple(Button(say(word("reply", reply)), f"{answer}?reply={reply}") for reply in REPLIES if wanted),
        notes=(say(note),),
        test=say(text("Test of the system")) if row["test"] else "",
    )


def _subject(say: Translator, row: Invitation, entry: Entry) -> str:
    if row["method"] == "CANCEL":
        return say(text("Cancelled: %(what)s", what=entry.summary))
    if row["sequence"] and row["method_before"] == "REQUEST":
        return say(text("Changed: %(what)s", what=entry.summary))
    return say(text("Invitation: %(what)s", what=entry.summary))


def _sentences(row: Invitation, host: str) -> list[Text]:
    if row["method"] == "REQUEST":
        if row["sequence"] and row["method_before"] == "REQUEST":
            return [text("%(host)s has changed what you are invited to. Please answer again.", host=host)]
        if row["sequence"]:
            return [text("There are new dates: %(host)s invites you again. Please answer.", host=host)]
        return [text("%(host)s invites you as an observer. Please answer by one of the links.", host=host)]
    match row["cause"]:
        case "notice.postponed":
            return [
                text("%(host)s has postponed the activity. You will be invited again once there are dates.", host=host)
            ]
        case "notice.cancelled":
            return [text("%(host)s has cancelled the activity.", host=host)]
        case "notice.withdrawn":
            return [text("%(host)s has withdrawn the notice: it was issued in error.", host=host)]
        case "attendance.withdrawn":
            return [text("Your attendance was withdrawn.")]
    return [text("%(host)s has taken your seat back.", host=host)]


def _dates_before(row: Invitation, entry: Entry, language: str) -> str:
    """The dates of the invitation before, where this one moves them."""
    if row["method_before"] != "REQUEST":
        return ""
    before = json.loads(row["entry_before"])
    if (before["starts"], before["ends"], before["timezone"]) == (entry.starts, entry.ends, entry.timezone):
        return ""
    return formats.period(language, before)
