"""Local wall times and their zones (JSCalendar, RFC 8984): they are the truth, and UTC is worked out from them.

The rules of the clocks come from the tzdata wheel alone (`calendars.zones`), never from the machine's own files, so
that every process of a node works out the same moment. ``2027-03-13T07:00`` is a local time, ``2027-03-13`` a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources

from notify.calendars.zones import zone as zone

FIRST_YEAR = 2000
LAST_YEAR = 2100

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
_NO_ZONE = frozenset({"Factory"})
"""Stands in the list of zones and says that nobody has set one."""


class NoSuchTime(ValueError):
    """The clocks of the zone jump over this local time, or over this whole day."""


@cache
def zones() -> frozenset[str]:
    """Every IANA zone that a notice may name."""
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return frozenset(names) - _NO_ZONE


def is_day(value: str) -> bool:
    """Whether a text is a day of the calendar, written ``2027-03-13``."""
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_local(value: str) -> bool:
    """Whether a text is a day and a time of the clock, written ``2027-03-13T07:00``."""
    if not _LOCAL.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def resolve(local: str, zone_name: str) -> datetime:
    """The moment, in UTC, of a local time in a zone; of a time that comes twice, the first.

    Raises `NoSuchTime` for one that the zone's clocks jump over, ValueError for a text of another form, and KeyError
    for an unknown zone.
    """
    if not is_local(local):
        raise ValueError(local)
    wall = datetime.fromisoformat(local)
    moment = wall.replace(tzinfo=zone(zone_name)).astimezone(UTC)
    if to_local(moment, zone_name) != wall:
        raise NoSuchTime(local)
    return moment


def resolve_day(day: str, zone_name: str) -> tuple[datetime, datetime]:
    """The moments, in UTC, at which a local day begins and the next one begins.

    A day without midnight begins when its clocks begin. Raises as `resolve`; `NoSuchTime` for a day that the zone left
    out (Apia, 2011-12-30).
    """
    begins, ends = _begins(date.fromisoformat(day), zone_name), _begins(_next(day), zone_name)
    if begins == ends:
        raise NoSuchTime(day)
    return begins, ends


def utc_bounds(period: Mapping[str, object]) -> tuple[datetime, datetime]:
    """The moments, in UTC, between which a valid period lies; whole days end where the day after the last begins."""
    starts, ends, zone_name = str(period["starts"]), str(period["ends"]), str(period["timezone"])
    if period["all_day"]:
        return _begins(date.fromisoformat(starts), zone_name), _begins(_next(ends), zone_name)
    return resolve(starts, zone_name), resolve(ends, zone_name)


def to_local(moment: datetime, zone_name: str) -> datetime:
    """What the clocks of a zone show at a moment: a datetime without zone."""
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None, fold=0)


def local_date(moment: datetime, zone_name: str) -> date:
    """The day that it is in a zone at a moment: lead days and years of references go by it."""
    return to_local(moment, zone_name).date()


def begun(period: Mapping[str, object], now: datetime) -> bool:
    """Whether a valid period has begun."""
    return utc_bounds(period)[0] <= now


def observation_period(content: Mapping[str, object]) -> Mapping[str, object] | None:
    """When observers are there: the observation's own period, or else the notice's; None while there is none."""
    observation = content.get("observation")
    own = observation.get("period") if isinstance(observation, Mapping) else None
    period = own if own is not None else content.get("period")
    return period if isinstance(period, Mapping) else None


def zone_of(content: Mapping[str, object]) -> str | None:
    """The zone of every local time of a notice that does not name its own: that of its period, arrival and programme
    included; of the observers' days while it has no period."""
    for period in (content.get("period"), observation_period(content)):
        if isinstance(period, Mapping):
            return str(period["timezone"])
    return None


def _next(day: str) -> date:
    return date.fromisoformat(day) + timedelta(days=1)


def _begins(day: date, zone_name: str) -> datetime:
    """The first moment at which the clocks of a zone show this day, or a later one."""
    midnight = datetime.combine(day, time())
    clocks = zone(zone_name)
    latest = midnight.replace(tzinfo=clocks).astimezone(UTC)
    if to_local(latest, zone_name) == midnight:
        return latest
    # The clocks jump over midnight. Read by the rules after the jump it lies before the jump, by those before it
    # lies at the jump or after it: the jump is in between.
    earliest = midnight.replace(tzinfo=clocks, fold=1).astimezone(UTC)
    while latest - earliest > timedelta(seconds=1):
        middle = earliest + (latest - earliest) // 2
        if to_local(middle, zone_name) < midnight:
            earliest = middle
        else:
            latest = middle
    return latest.replace(microsecond=0)
