"""An entry as a VEVENT (RFC 5545, 3.6.1) and the VCALENDAR around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Event, vText

from notify.calendars.entry import Entry
from notify.calendars.zones import vtimezone, zone

PRODID = "-//csbm-notify//Advance notices//EN"

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_END = b"END:VCALENDAR\r\n"


class Value(vText):
    """A property's value that is already as it shall stand in the file."""

    __slots__ = ()

    def to_ical(self) -> bytes:
        """The value, in UTF-8."""
        return self.encode()


def words(text: str) -> Value:
    """A TEXT value (RFC 5545, 3.3.11), without the control characters that the format has no room for.

    icalendar's own escaping takes a backslash before an N, as in ``C:\\NATO``, for a line break.
    """
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return Value(plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n"))


def named_zone(entry: Entry) -> tuple[str, int] | None:
    """(zone, year) of the VTIMEZONE that the entry's TZID needs; None if it has no TZID: all-day, or sent in UTC."""
    if entry.all_day:
        return None
    year = entry.span[0].year
    return (entry.timezone, year) if vtimezone(entry.timezone, year) else None


@lru_cache(maxsize=4096)
def vevent(entry: Entry) -> bytes:
    """The entry's VEVENT as it stands in a file, from ``BEGIN`` to the line break after ``END``, without organizer or
    attendee; cached, so that a feed is joined and not built."""
    rendered: bytes = _component(entry).to_ical(sorted=False)
    return rendered


def vcalendar(
    method: str,
    zones: Iterable[tuple[str, int]],
    events: Iterable[bytes],
    properties: Mapping[str, Value] | None = None,
) -> bytes:
    """A VCALENDAR around rendered events. ``zones`` are what `named_zone` says of them: each zone once, valid from the
    earliest of its years on."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for name, value in (properties or {}).items():
        calendar.add(name, value)
    years: dict[str, int] = {}
    for name, year in zones:
        years[name] = min(year, years.get(name, year))
    timezones = [vtimezone(name, year) or b"" for name, year in sorted(years.items())]
    head = calendar.to_ical(sorted=False).removesuffix(_END)
    return b"".join([head, *timezones, *events, _END])


def _component(entry: Entry) -> Event:
    event = Event()
    event.add("uid", words(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _second(entry.dtstamp))
    if entry.last_modified:
        event.add("last-modified", _second(entry.last_modified))
    _add_span(event, entry)
    event.add("summary", words(entry.summary))
    if entry.description:
        event.add("description", words(entry.description))
    if entry.location:
        event.add("location", words(entry.location))
    if entry.geo:
        event.add("geo", Value(";".join(_degrees(each) for each in entry.geo)))
    if entry.categories:
        event.add("categories", Value(",".join(words(each) for each in entry.categories)))
    if entry.url:
        event.add("url", Value(entry.url))
    event.add("status", entry.status)
    event.add("class", "PUBLIC" if entry.public else "PRIVATE")
    event.add("transp", "TRANSPARENT" if entry.all_day else "OPAQUE")
    return event


def _add_span(event: Event, entry: Entry) -> None:
    """DTSTART and DTEND; DTEND is the first moment, or day, after the event, and absent if it takes no time."""
    starts, ends = entry.span
    if entry.all_day:
        event.add("dtstart", starts)
        event.add("dtend", ends + timedelta(1))
        return
    for name, moment in (("dtstart", starts), ("dtend", ends)):
        assert isinstance(moment, datetime)
        if name == "dtend" and ends == starts:
            continue
        if named_zone(entry):
            event.add(name, moment, parameters={"TZID": entry.timezone})
        else:
            event.add(name, moment.replace(tzinfo=zone(entry.timezone)).astimezone(UTC))


def _degrees(angle: float) -> str:
    """An angle to the sixth decimal (0.1 m), as FLOAT of RFC 5545 has it: never with an exponent."""
    return f"{angle:.6f}".rstrip("0").rstrip(".")


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
