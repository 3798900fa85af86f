"""A calendar to subscribe to: METHOD:PUBLISH, to be read again every hour, and nobody's address in it."""

from __future__ import annotations

from collections.abc import Iterable

from notify.calendars.entry import Entry
from notify.calendars.people import person, with_people
from notify.calendars.vevent import Value, named_zone, vcalendar, vevent, words

__all__ = ["feed", "vevent"]

_INTERVAL = "PT1H"


def feed(entries: Iterable[Entry], name: str, organizer: str | None = None) -> bytes:
    """A calendar of the entries in their order; ``name`` is what programs show it as.

    ``organizer`` is an address to stand in every entry, for readers that hold PUBLISH to RFC 5546 (3.2.1); RFC 5545
    (3.8.4.3) and most programs do without. Rendered entries are cached (`vevent`).
    """
    entries = list(entries)
    events = [vevent(each) for each in entries]
    if organizer:
        events = [with_people(each, organizer=person(organizer)) for each in events]
    zones = [zone for each in entries if (zone := named_zone(each))]
    if not entries:
        zones = [("Etc/GMT", 2000)]  # RFC 5545, 3.6: a calendar holds at least one component
    interval = Value(_INTERVAL)
    interval.params["VALUE"] = "DURATION"
    properties = {
        "name": words(name),  # RFC 7986; the X- properties are its forerunners, which more programs read
        "x-wr-calname": words(name),
        "refresh-interval": interval,
        "x-published-ttl": Value(_INTERVAL),
    }
    return vcalendar("PUBLISH", zones, events, properties)
