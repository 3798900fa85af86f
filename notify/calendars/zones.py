"""Time zones from the pinned tzdata wheel, and the VTIMEZONE (RFC 5545, 3.6.5) that describes one by RRULE and BYDAY.

Outlook ignores RDATE, so a zone is written as its yearly rule: the POSIX rule at the end of its TZif file (RFC 9636),
checked day by day against the zone itself. A zone that no such rule describes gets none, and is sent in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

YEARS_CHECKED = 5
"""For so many years, from the one before the event's, a rule must agree with its zone."""

_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_DAY = 86_400

_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_CLOCK = r"[+-]?\d{1,3}(?::\d\d){0,2}"
_CHANGE = rf"M(\d\d?)\.(\d)\.(\d)(?:/({_CLOCK}))?"
_RULE = re.compile(rf"({_NAME})({_CLOCK})(?:({_NAME})({_CLOCK})?,{_CHANGE},{_CHANGE})?")


@dataclass(frozen=True)
class Onset:
    """When one offset from UTC (in seconds, east positive) follows another, every year.

    ``week`` is 1 to 4, or 5 for the last; ``weekday`` counts from Sunday, 0; ``second`` is that of the local day,
    by the clock before the change.
    """

    name: str
    offset_from: int
    offset_to: int
    month: int
    week: int
    weekday: int
    second: int

    def local(self, year: int) -> datetime:
        """The wall time of the change in a year, by the clock before it."""
        first = date(year, self.month, 1)
        day = first + timedelta((self.weekday - first.isoweekday()) % 7 + 7 * (self.week - 1))
        if day.month != self.month:
            day -= timedelta(7)
        return datetime.combine(day, time.min) + timedelta(seconds=self.second)

    def instant(self, year: int) -> datetime:
        """The moment of the change in a year, in UTC."""
        return self.local(year).replace(tzinfo=UTC) - timedelta(seconds=self.offset_from)


@dataclass(frozen=True)
class Rule:
    """A zone as it is every year: one offset, or two onsets that take turns."""

    name: str
    offset: int
    onsets: tuple[Onset, ...] = ()


@cache
def _names() -> frozenset[str]:
    return frozenset((files("tzdata") / "zones").read_text("utf-8").split())


@cache
def _data(name: str) -> bytes:
    """The zone's TZif file in the wheel. Raises ZoneInfoNotFoundError, a KeyError."""
    if name not in _names():
        raise ZoneInfoNotFoundError(f"No time zone found with key {name}")
    return (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).read_bytes()


@cache
def zone(name: str) -> ZoneInfo:
    """The zone by the wheel's data; ``ZoneInfo(name)`` would prefer the machine's own, of whatever age.

    Raises ZoneInfoNotFoundError, a KeyError, for a name that IANA does not know.
    """
    return ZoneInfo.from_file(BytesIO(_data(name)), key=name)


@lru_cache(maxsize=1024)
def vtimezone(name: str, year: int) -> bytes | None:
    """The VTIMEZONE, valid from the year before ``year`` on without end; None where only UTC is right.

    A zone that keeps one offset since ``year`` alone is valid from its first day. UTC itself has none either: RFC 5545
    (3.2.19) wants its times written with a Z.
    """
    rule = simple_rule(name)
    if rule is None or rule == Rule("UTC", 0) or not 1900 < year < 9000:  # what datetime can count around
        return None
    if agrees(rule, name, year - 1):
        return _render(name, rule, year - 1)
    if not rule.onsets and agrees(rule, name, year):
        return _render(name, rule, year)
    return None


@cache
def simple_rule(name: str) -> Rule | None:
    """The rule by which the zone goes on, read from the end of its file; None if BYDAY cannot say it."""
    match = _RULE.fullmatch(_data(name).rstrip(b"\n").rpartition(b"\n")[2].decode("ascii"))
    if match is None:
        return None
    name_1, clock_1, name_2, clock_2, *changes = match.groups()
    # POSIX counts offsets west of Greenwich, and changes at 02:00 by an hour where it does not say otherwise.
    offset_1 = -_seconds(clock_1)
    if name_2 is None:
        return Rule(name_1.strip("<>"), offset_1)
    offset_2 = -_seconds(clock_2) if clock_2 else offset_1 + 3600
    onsets = []
    for name_to, before, after, (month, week, weekday, clock) in (
        (name_2, offset_1, offset_2, changes[:4]),
        (name_1, offset_2, offset_1, changes[4:]),
    ):
        second = _seconds(clock or "2")
        if not 0 <= second <= _DAY:  # on another day than the one named: Nuuk, Jerusalem
            return None
        # Midnight at a day's end has no name in RFC 5545, and "the day after the first Saturday" no BYDAY: Santiago.
        # One second earlier, as Windows has it, differs for no time that is written in minutes.
        second = min(second, _DAY - 1)
        onsets.append(Onset(name_to.strip("<>"), before, after, int(month), int(week), int(weekday), second))
    return Rule(name_1.strip("<>"), offset_1, tuple(onsets))


def agrees(rule: Rule, name: str, since: int) -> bool:
    """Whether the rule is right for `YEARS_CHECKED` years from ``since``: at noon (UTC) of every day, and a minute
    before and after each change."""
    clock = zone(name)
    until = since + YEARS_CHECKED
    moments = set(_noons(since, until))
    changes = sorted((onset.instant(year), onset) for year in range(since - 1, until) for onset in rule.onsets)
    for instant, _ in changes:
        if instant.year >= since:
            moments |= {instant - timedelta(minutes=1), instant + timedelta(minutes=1)}
    offset, position = rule.offset, 0
    for moment in sorted(moments):
        while position < len(changes) and changes[position][0] <= moment:
            offset = changes[position][1].offset_to
            position += 1
        if moment.astimezone(clock).utcoffset() != timedelta(seconds=offset):
            return False
    return True


def _noons(since: int, until: int) -> Iterator[datetime]:
    moment = datetime(since, 1, 1, 12, tzinfo=UTC)
    while moment.year < until:
        yield moment
        moment += timedelta(1)


def _seconds(clock: str) -> int:
    """Seconds of ``[+-]h[hh][:mm[:ss]]``."""
    parts = [int(part) for part in clock.lstrip("+-").split(":")] + [0, 0]
    return (-1 if clock.startswith("-") else 1) * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _render(name: str, rule: Rule, since: int) -> bytes:
    result = Timezone()
    result.add("tzid", name)
    if not rule.onsets:
        start = datetime.combine(date(since, 1, 1), time.min)
        result.add_component(_observance(TimezoneStandard(), start, rule.name, rule.offset, rule.offset))
    # Where the POSIX rule counts winter as the exception (Dublin), the smaller offset is still the standard one.
    for onset in sorted(rule.onsets, key=lambda each: each.offset_to):
        kind = TimezoneStandard() if onset.offset_to < onset.offset_from else TimezoneDaylight()
        part = _observance(kind, onset.local(since), onset.name, onset.offset_from, onset.offset_to)
        day = f"{-1 if onset.week == 5 else onset.week}{_WEEKDAYS[onset.weekday]}"
        part.add("rrule", {"freq": "yearly", "bymonth": onset.month, "byday": day})
        result.add_component(part)
    rendered: bytes = result.to_ical(sorted=False)
    return rendered


def _observance(
    part: TimezoneStandard | TimezoneDaylight, start: datetime, name: str, offset_from: int, offset_to: int
) -> TimezoneStandard | TimezoneDaylight:
    part.add("dtstart", start)
    part.add("tzname", name)
    part.add("tzoffsetfrom", timedelta(seconds=offset_from))
    part.add("tzoffsetto", timedelta(seconds=offset_to))
    return part
