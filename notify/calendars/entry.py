"""One entry of a calendar as plain values: what a feed and an invitation render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from notify.calendars.zones import zone

STATUSES = ("CONFIRMED", "TENTATIVE", "CANCELLED")


@dataclass(frozen=True)
class Entry:
    """An event in local time: wall time and zone are the truth (RFC 8984), so 07:00 in Tijuana stays 07:00.

    ``starts`` and ``ends`` are ``2027-03-13T07:00``, or with ``all_day`` two dates, both included. ``geo`` is latitude
    and longitude in degrees. ``dtstamp`` is when this version was made, ``last_modified`` when what it tells of last
    changed; both are aware. ``public`` decides CLASS, ``status`` is one of `STATUSES`.

    Raises ValueError for values that no calendar could hold.
    """

    uid: str
    sequence: int
    dtstamp: datetime
    summary: str
    description: str
    location: str
    geo: tuple[float, float] | None
    starts: str
    ends: str
    timezone: str
    all_day: bool
    status: str
    url: str
    public: bool
    categories: tuple[str, ...] = ()
    last_modified: datetime | None = None

    def __post_init__(self) -> None:
        if not self.uid.strip() or not self.summary.strip():
            raise ValueError("An entry needs a uid and a summary.")
        if self.sequence < 0:
            raise ValueError("SEQUENCE starts at 0.")
        if self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is not a status of an entry.")
        if any(moment and moment.tzinfo is None for moment in (self.dtstamp, self.last_modified)):
            raise ValueError("A moment without a time zone.")
        if any(character.isspace() or ord(character) < 32 for character in self.url):
            raise ValueError("A URL with spaces.")
        try:
            zone(self.timezone)
        except ZoneInfoNotFoundError:
            raise ValueError(f"{self.timezone!r} is not a time zone.") from None
        first, last = self.span
        if last < first:
            raise ValueError("The entry ends before it starts.")

    @property
    def span(self) -> tuple[date, date]:
        """Start and end in local time: two dates (both included) when all-day, two naive datetimes when timed."""
        read = date.fromisoformat if self.all_day else _wall_time
        return read(self.starts), read(self.ends)

    def to_dict(self) -> dict[str, object]:
        """As a JSON object; `from_dict` gives the same entry back."""
        document: dict[str, object] = {each.name: getattr(self, each.name) for each in fields(self)}
        document["dtstamp"] = self.dtstamp.isoformat()
        document["geo"] = list(self.geo) if self.geo else None
        document["categories"] = list(self.categories)
        document["last_modified"] = self.last_modified.isoformat() if self.last_modified else None
        return document

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Entry:
        """The entry that `to_dict` was asked for. Raises TypeError for a missing or unknown key."""
        values = dict(document)
        for name in ("dtstamp", "last_modified"):
            if values.get(name) is not None:
                values[name] = datetime.fromisoformat(values[name])
        if values.get("geo") is not None:
            latitude, longitude = values["geo"]
            values["geo"] = (latitude, longitude)
        values["categories"] = tuple(values.get("categories", ()))
        return cls(**values)


def _wall_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or "T" not in text:
        raise ValueError(f"{text!r} is not a local time.")
    return moment
