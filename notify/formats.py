"""Dates, times, numbers and lists as readers of each language write them. Pure: language first, then plain values.

Where CLDR's own patterns differ from the look's (“martes, 6 de julio”, “sept”, “2400”) the look wins. The functions
give plain text; a page wraps it in ``<time>`` (notify/web/formats.py), a mail takes it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib.resources import files

from babel import Locale
from babel.dates import get_timezone_location

from notify.language import LANGUAGES, ntext, text, translator
from notify.notices.times import local_date, resolve, to_local

SPACE = "\N{NO-BREAK SPACE}"
DASH = " – "

_DAY_MONTH = {"es": "{} de {}", "en": "{} {}", "pt": "{} de {}", "fr": "{} {}"}
_YEAR = {"es": "{} de {}", "en": "{} {}", "pt": "{} de {}", "fr": "{} {}"}
_WEEKDAY = {"es": "{} {}", "en": "{} {}", "pt": "{}, {}", "fr": "{} {}"}
_FIRST = {"es": "1", "en": "1", "pt": "1º", "fr": "1er"}
_AND = {"es": "y", "en": "and", "pt": "e", "fr": "et"}
_HEMISPHERES = {
    "es": ("N", "S", "E", "O"),
    "en": ("N", "S", "E", "W"),
    "pt": ("N", "S", "L", "O"),
    "fr": ("N", "S", "E", "O"),
}
_SOUNDS_LIKE_Y = re.compile("h?[ií](?!e|a)", re.IGNORECASE)
"""Before it Spanish says “e” instead of “y”: “Bolivia e Italia”, but “agua y hielo”."""


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(known(language))


def known(language: str) -> str:
    """The language itself when it is one of `LANGUAGES`, else English."""
    return language if language in LANGUAGES else "en"


def as_date(value: date | str) -> date:
    """A date given as one or as text: “2027-08-18”, “2027-08-18T10:00”."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def day(language: str, value: date) -> str:
    """The number of a day: “18”; the first is “1er” in French and “1º” in Portuguese."""
    return _FIRST[known(language)] if value.day == 1 else str(value.day)


def _month(language: str, value: date, width: str) -> str:
    if width == "abbreviated" and language == "es" and value.month == 9:
        return "sep"  # CLDR's “sept” is Spain's
    name = str(_locale(language).months["format"][width][value.month])
    return name.removesuffix(".") if language == "pt" else name


def weekday(language: str, value: date | str, width: str = "wide") -> str:
    """“miércoles”; with ``width`` “abbreviated” “mié”."""
    name = str(_locale(language).days["format"][width][as_date(value).weekday()])
    return name.removesuffix(".") if language == "pt" else name


def day_month(language: str, value: date | str) -> str:
    """“6 de julio”."""
    value = as_date(value)
    return _DAY_MONTH[known(language)].format(day(language, value), _month(language, value, "wide"))


def full_date(language: str, value: date | str) -> str:
    """“6 de julio de 2027”."""
    return _YEAR[known(language)].format(day_month(language, value), as_date(value).year)


def long_date(language: str, value: date | str) -> str:
    """“martes 6 de julio de 2027”."""
    return _WEEKDAY[known(language)].format(weekday(language, value), full_date(language, value))


def short_date(language: str, value: date | str, this_year: int) -> str:
    """“6 jul”, and with its year when that is not ``this_year``: “6 jul 2026”."""
    value = as_date(value)
    year = "" if value.year == this_year else f" {value.year}"
    return f"{day(language, value)} {_month(language, value, 'abbreviated')}{year}"


def short_day(language: str, value: date | str) -> str:
    """“vie 20 ago”, for the rows of a programme."""
    value = as_date(value)
    return f"{weekday(language, value, 'abbreviated')} {short_date(language, value, value.year)}"


def span(language: str, first: date | str, last: date | str) -> tuple[str, ...]:
    """The two ends of a range, the first without what it shares with the last; one text for a single day."""
    first, last = as_date(first), as_date(last)
    if first == last:
        return (full_date(language, last),)
    if (first.year, first.month) == (last.year, last.month):
        return day(language, first), full_date(language, last)
    if first.year == last.year:
        return day_month(language, first), full_date(language, last)
    return full_date(language, first), full_date(language, last)


def short_span(language: str, first: date | str, last: date | str, this_year: int) -> tuple[str, ...]:
    """The same, short: (“18”, “29 ago”); with the year at the end when it is not ``this_year``."""
    first, last = as_date(first), as_date(last)
    end = short_date(language, last, this_year)
    if first == last:
        return (end,)
    if (first.year, first.month) == (last.year, last.month):
        return day(language, first), end
    return short_date(language, first, last.year), end


def dates(language: str, first: date | str, last: date | str) -> str:
    """“18 – 29 de agosto de 2027”, “28 de julio – 6 de agosto de 2027”, “18 de agosto de 2027”."""
    return DASH.join(span(language, first, last))


def from_to(language: str, first: date | str, last: date | str) -> str:
    """The range inside a sentence: “del 6 al 13 de septiembre de 2027”; a single day: “el 6 de septiembre de 2027”."""
    ends = span(language, first, last)
    say = translator(language)
    if len(ends) == 1:
        return say(text("on %(day)s", day=ends[0]))
    return say(text("from %(first)s to %(last)s", first=ends[0], last=ends[1]))


def clock(value: datetime | str) -> str:
    """“09:00”, of a local time: a datetime or “2027-08-19T09:00”."""
    return value[11:16] if isinstance(value, str) else value.strftime("%H:%M")


@cache
def city(language: str, zone: str) -> str:
    """The city by which a zone goes: “Lima”, “Nueva York”, “Buenos Aires”; “UTC” for the zone without one."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return get_timezone_location(zone, locale=_locale(language), return_city=True).rpartition("/")[2]


def period(language: str, value: Mapping[str, object] | None) -> str:
    """The dates of a period as a notice has it; "" for one that is absent, as while a notice is postponed."""
    starts, ends, _ = _ends(value)
    return dates(language, starts, ends) if starts else ""


def period_note(language: str, value: Mapping[str, object] | None) -> str:
    """What stands under the dates: “miércoles a domingo, días completos, hora de Lima”.

    With hours: “jueves 10:00 a sábado 18:00, hora de Lima”. Always the place's own time.
    """
    starts, ends, zone = _ends(value)
    if value is None or not starts:
        return ""
    say = translator(language)
    here = say(text("%(city)s time", city=city(language, zone)))
    first, last = weekday(language, starts), weekday(language, ends)
    if value.get("all_day"):
        if starts == ends:
            return say(text("%(weekday)s, whole day, %(zone)s", weekday=first, zone=here))
        return say(text("%(first)s to %(last)s, whole days, %(zone)s", first=first, last=last, zone=here))
    return f"{_hours(language, starts, ends)}, {here}"


def period_there(language: str, value: Mapping[str, object] | None, reader_zone: str) -> str:
    """The hours of a period by the reader's clock: “jueves 11:00 a sábado 19:00 en La Paz”.

    "" where both clocks agree, and for whole days: those are never converted.
    """
    starts, ends, zone = _ends(value)
    if value is None or not starts or value.get("all_day") or len(starts) < 16 or len(ends) < 16:
        return ""
    there = [to_local(resolve(local, zone), reader_zone).isoformat(timespec="minutes") for local in (starts, ends)]
    if there == [starts, ends]:
        return ""
    hours = _hours(language, *there)
    return translator(language)(text("%(time)s in %(city)s", time=hours, city=city(language, reader_zone)))


def _ends(value: Mapping[str, object] | None) -> tuple[str, str, str]:
    starts = str((value or {}).get("starts") or "")
    return starts, str((value or {}).get("ends") or starts), str((value or {}).get("timezone") or "UTC")


def _hours(language: str, starts: str, ends: str) -> str:
    first, last = (f"{weekday(language, moment)} {clock(moment)}" for moment in (starts, ends))
    if starts[:10] == ends[:10]:
        return f"{first}{DASH}{clock(ends)}"
    return translator(language)(text("%(first)s to %(last)s", first=first, last=last))


def moment(language: str, instant: datetime, zone: str) -> str:
    """An instant by a place's clock: “martes 6 de julio de 2027, 09:00 (Lima)”."""
    here = to_local(instant, zone)
    return f"{long_date(language, here)}, {clock(here)} ({city(language, zone)})"


def beside(language: str, instant: datetime, zone: str, reader_zone: str) -> str:
    """The same instant by the reader's clock: “10:00 en La Paz”, with its day where that differs; "" if the same."""
    here, there = to_local(instant, zone), to_local(instant, reader_zone)
    if here == there:
        return ""
    when = clock(there)
    if here.date() != there.date():
        when = f"{_WEEKDAY[known(language)].format(weekday(language, there), day_month(language, there))}, {when}"
    return translator(language)(text("%(time)s in %(city)s", time=when, city=city(language, reader_zone)))


def short_moment(language: str, instant: datetime, zone: str, this_year: int) -> str:
    """“6 jul, 09:00”, by the clock of ``zone``."""
    here = to_local(instant, zone)
    return f"{short_date(language, here, this_year)}, {clock(here)}"


def recent(language: str, instant: datetime, zone: str, now: datetime) -> str:
    """“hoy, 10:42”, “ayer, 16:00”, or as `short_moment`."""
    here, today = to_local(instant, zone), local_date(now, zone)
    say = translator(language)
    if here.date() == today:
        return say(text("today, %(time)s", time=clock(here)))
    if (today - here.date()).days == 1:
        return say(text("yesterday, %(time)s", time=clock(here)))
    return short_moment(language, instant, zone, today.year)


def relative(language: str, value: date | str, today: date) -> str:
    """“en 11 días”, “mañana”, “hoy”, “ayer”, “hace 3 días”."""
    days = (as_date(value) - today).days
    say = translator(language)
    if days == 0:
        return say(text("today"))
    if days == 1:
        return say(text("tomorrow"))
    if days == -1:
        return say(text("yesterday"))
    if days > 0:
        return say(ntext("in %(n)s day", "in %(n)s days", days))
    return say(ntext("%(n)s day ago", "%(n)s days ago", -days))


def number(language: str, value: float | Decimal, digits: int | None = None) -> str:
    """“2 400” with a no-break space from four figures on, “16,57” with a decimal comma but in English.

    ``digits`` after the comma; as many as there are when None.
    """
    exact = Decimal(str(value))
    if digits is not None:
        exact = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    words = f"{exact:,f}".replace(",", SPACE).replace("-", "\N{MINUS SIGN}")
    whole, point, rest = words.partition(".")
    if digits is None:
        rest = rest.rstrip("0")
    if not point or not rest:
        return whole
    return f"{whole}{'.' if known(language) == 'en' else ','}{rest}"


def coordinates(language: str, longitude: float, latitude: float) -> str:
    """“16,57° S, 69,04° O”: a hundredth of a degree is about a kilometre."""
    north, south, east, west = _HEMISPHERES[known(language)]
    return (
        f"{number(language, abs(latitude), 2)}° {south if latitude < 0 else north}, "
        f"{number(language, abs(longitude), 2)}° {west if longitude < 0 else east}"
    )


def listed(language: str, items: Iterable[str]) -> str:
    """“Bolivia, Chile y Ecuador”."""
    words = [str(item) for item in items]
    if len(words) < 2:
        return "".join(words)
    conjunction = _AND[known(language)]
    if language == "es" and _SOUNDS_LIKE_Y.match(words[-1]):
        conjunction = "e"
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def language_name(language: str, code: str) -> str:
    """The name of a language: “portugués”."""
    return str(_locale(language).languages.get(code, code))


@cache
def zones(language: str, countries: frozenset[str]) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    """Zones to choose from, as (zone, “Lima (America/Lima)”): those of ``countries`` (alpha-2), then all others."""
    ours: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for country, zone in _zone_table():
        (ours if country in countries else others).append((zone, f"{city(language, zone)} ({zone})"))
    return sorted(ours, key=lambda pair: pair[1]), [("UTC", "UTC"), *sorted(others, key=lambda pair: pair[1])]


@cache
def _zone_table() -> tuple[tuple[str, str], ...]:
    """(alpha-2 code, zone) of every zone in use, from the tz database's zone.tab."""
    lines = (files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((row[0], row[2]) for row in rows)
