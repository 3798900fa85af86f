"""Organizer and attendee as they stand in an event (RFC 5545, 3.8.4)."""

from __future__ import annotations

import re

from icalendar import Event, vCalAddress

from notify.calendars.headers import checked_address

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_BEGIN, _END = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"


def person(address: str, name: str = "", **parameters: str) -> vCalAddress:
    """A bare mail address as a ``mailto:`` with its CN, if there is a name, and further parameters in their order."""
    result = vCalAddress(f"mailto:{checked_address(address)}")
    if name:
        result.params["CN"] = _one_line(name)
    for parameter, value in parameters.items():
        result.params[parameter] = value
    return result


def with_people(event: bytes, **people: vCalAddress) -> bytes:
    """A rendered VEVENT with the properties named, ``organizer`` and ``attendee``, at its end."""
    holder = Event()
    for name, address in people.items():
        holder.add(name, address)
    lines: bytes = holder.to_ical(sorted=False)
    return event.removesuffix(_END) + lines.removeprefix(_BEGIN)


def _one_line(name: str) -> str:
    """The name as a parameter can hold it; apostrophes for quotation marks: few programs read RFC 6868's escapes."""
    return " ".join(_CONTROLS.sub(" ", name.replace('"', "'")).split())
