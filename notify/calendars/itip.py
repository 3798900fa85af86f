"""Invitations by iTIP (RFC 5546): one entry, one organizer, and one attendee who is asked, or told that it is off."""

from __future__ import annotations

from dataclasses import replace

from icalendar import vCalAddress

from notify.calendars.entry import Entry
from notify.calendars.people import person, with_people
from notify.calendars.vevent import named_zone, vcalendar, vevent

PARTSTATS = ("NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED")
"""How an attendee can stand to an event (RFC 5545, 3.2.12); delegation is not offered."""


def request(
    entry: Entry,
    organizer: str,
    organizer_name: str,
    attendee: str,
    attendee_name: str,
    rsvp: bool,
    partstat: str = "NEEDS-ACTION",
) -> bytes:
    """A calendar with METHOD:REQUEST: the invitation, or its update under the same UID with a higher SEQUENCE.

    ``organizer`` and ``attendee`` are bare mail addresses; the names may be empty. ``rsvp`` has the attendee's program
    answer by mail: only where such answers are read. Raises ValueError for a cancelled entry.
    """
    if entry.status == "CANCELLED":
        raise ValueError("A cancelled entry is told by a CANCEL.")
    if partstat not in PARTSTATS:
        raise ValueError(f"{partstat!r} is not an answer to an invitation.")
    return _itip(
        "REQUEST", entry, person(organizer, organizer_name), _attendee(attendee, attendee_name, rsvp, partstat)
    )


def cancel(entry: Entry, organizer: str, organizer_name: str, attendee: str, attendee_name: str) -> bytes:
    """A calendar with METHOD:CANCEL, which takes the entry out of the attendee's calendar.

    UID and organizer are those of the invitation, SEQUENCE is higher; STATUS is CANCELLED whatever the entry's says.
    """
    off = replace(entry, status="CANCELLED")
    return _itip("CANCEL", off, person(organizer, organizer_name), _attendee(attendee, attendee_name, False))


def _attendee(address: str, name: str, rsvp: bool, partstat: str = "NEEDS-ACTION") -> vCalAddress:
    return person(
        address, name, CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT=partstat, RSVP="TRUE" if rsvp else "FALSE"
    )


def _itip(method: str, entry: Entry, organizer: vCalAddress, attendee: vCalAddress) -> bytes:
    zone = named_zone(entry)
    event = with_people(vevent(entry), organizer=organizer, attendee=attendee)
    return vcalendar(method, [zone] if zone else [], [event])
