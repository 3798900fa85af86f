"""The filters and functions of templates: `notify.formats` in the language and by the clock of the page's reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

from jinja2 import Environment, pass_context
from markupsafe import Markup

from notify import formats, words
from notify.language import LANGUAGES, Text, pick, text
from notify.notices.times import resolve, to_local
from notify.web.assets import static
from notify.web.reader import reader

_TIME = Markup('<time datetime="{}">{}</time>')


def _day(value: date | str, shown: str) -> Markup:
    return _TIME.format(formats.as_date(value).isoformat(), shown)


def _instant(value: datetime, shown: str) -> Markup:
    return _TIME.format(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ"), shown)


def long_date(value: date | str) -> Markup:
    """“martes 6 de julio de 2027”."""
    return _day(value, formats.long_date(reader().language, value))


def full_date(value: date | str) -> Markup:
    """“6 de julio de 2027”."""
    return _day(value, formats.full_date(reader().language, value))


def day_month(value: date | str) -> Markup:
    """“6 de julio”."""
    return _day(value, formats.day_month(reader().language, value))


def short_date(value: date | str) -> Markup:
    """“6 jul”, with the year when it is another than this one."""
    return _day(value, formats.short_date(reader().language, value, reader().today.year))


def _range(first: date | str, last: date | str, shown: tuple[str, ...]) -> Markup:
    marked = [_day(value, words) for value, words in zip((first, last)[-len(shown) :], shown, strict=True)]
    return Markup(" – ").join(marked)


def dates(first: date | str, last: date | str) -> Markup:
    """“18 – 29 de agosto de 2027”."""
    return _range(first, last, formats.span(reader().language, first, last))


def short_dates(first: date | str, last: date | str) -> Markup:
    """“18 – 29 ago”."""
    return _range(first, last, formats.short_span(reader().language, first, last, reader().today.year))


def from_to(first: date | str, last: date | str) -> str:
    """“del 6 al 13 de septiembre de 2027”."""
    return formats.from_to(reader().language, first, last)


def period(value: Mapping[str, Any] | None) -> Markup:
    """The dates of a period; nothing while there are none."""
    if not value or not value.get("starts"):
        return Markup()
    return dates(value["starts"], value.get("ends") or value["starts"])


def period_note(value: Mapping[str, Any] | None) -> str:
    """“miércoles a domingo, días completos, hora de Lima”."""
    return formats.period_note(reader().language, value)


def period_there(value: Mapping[str, Any] | None) -> str:
    """The hours of a period by the reader's clock, where they differ."""
    return formats.period_there(reader().language, value, reader().zone)


def moment(value: datetime, zone: str) -> Markup:
    """“martes 6 de julio de 2027, 09:00 (Lima)”, and the reader's time where it differs: “, 10:00 en La Paz”."""
    who = reader()
    shown = _instant(value, formats.moment(who.language, value, zone))
    beside = formats.beside(who.language, value, zone, who.zone)
    return shown + (f", {beside}" if beside else "")


def local_moment(local: str, zone: str) -> Markup:
    """“jueves 19 de agosto de 2027, 10:00 en Lima”, and the reader's time where it differs."""
    who = reader()
    value = resolve(local, zone)
    here = text("%(time)s in %(city)s", time=formats.clock(local), city=formats.city(who.language, zone))
    shown = _instant(value, f"{formats.long_date(who.language, local)}, {who.say(here)}")
    beside = formats.beside(who.language, value, zone, who.zone)
    return shown + (Markup(' <span class="n-there">{}</span>').format(beside) if beside else "")


def local_time(local: str, zone: str) -> Markup:
    """“08:00”, of a local time."""
    return _instant(resolve(local, zone), formats.clock(local))


def time_there(local: str, zone: str) -> str:
    """The reader's “09:00” for a local time of ``zone``, with its day where that differs; "" where they agree."""
    who = reader()
    there = to_local(resolve(local, zone), who.zone)
    if there == datetime.fromisoformat(local):
        return ""
    day = "" if there.date() == formats.as_date(local) else f"{formats.short_day(who.language, there)}, "
    return f"{day}{formats.clock(there)}"


def local_day(local: str) -> Markup:
    """“vie 20 ago”."""
    return _day(local, formats.short_day(reader().language, local))


def short(value: datetime) -> Markup:
    """“6 jul, 09:00” by the reader's clock."""
    who = reader()
    return _instant(value, formats.short_moment(who.language, value, who.zone, who.today.year))


def clock(value: datetime) -> Markup:
    """“09:00” by the reader's clock."""
    return _instant(value, formats.clock(to_local(value, reader().zone)))


def recent(value: datetime) -> Markup:
    """“hoy, 10:42” by the reader's clock."""
    return _instant(value, formats.recent(reader().language, value, reader().zone, reader().now))


def relative(value: date | str) -> str:
    """“en 11 días”, counted from the reader's today."""
    return formats.relative(reader().language, value, reader().today)


def days_until(value: date | str) -> int:
    """Days from the reader's today; negative for what is past."""
    return (formats.as_date(value) - reader().today).days


def number(value: float, digits: int | None = None) -> str:
    """“2 400”."""
    return formats.number(reader().language, value, digits)


def coordinates(longitude: float, latitude: float) -> str:
    """“16,57° S, 69,04° O”."""
    return formats.coordinates(reader().language, longitude, latitude)


def city(zone: str) -> str:
    """“Lima”."""
    return formats.city(reader().language, zone)


def listed(items: Iterable[object]) -> str:
    """“Bolivia, Chile y Ecuador”; texts among them are put into words."""
    return formats.listed(reader().language, [say(item) for item in items])


def language_name(code: str) -> str:
    """“portugués”."""
    return formats.language_name(reader().language, code)


def zones() -> list[tuple[object, object]]:
    """The options of a select of zones: those of the 35 states, then all others."""
    directory = reader().directory
    states = directory.states() if directory is not None else ()
    ours, others = formats.zones(reader().language, frozenset(str(state.alpha2) for state in states))
    return [(text("The Americas"), ours), (text("Elsewhere"), others)]


def party_name(code: str) -> str:
    """The name of a party in the reader's language."""
    directory = reader().directory
    return directory.name(code, reader().language) if directory is not None else code


def party_of(code: str) -> str:
    """“del Perú”."""
    directory = reader().directory
    return directory.of(code, reader().language) if directory is not None else code


def party_code(code: str) -> str:
    """A party's code as its readers know it: OEA for the OAS; the three letters of a state stay."""
    return say(_CODES.get(code, code))


_CODES = {"OAS": text("OAS"), "IADB": text("IADB"), "UN": text("UN"), "RSS": text("RSS"), "CFAC": text("CFAC")}


def pick_words(value: Mapping[str, str] | str | None) -> tuple[str, str]:
    """(text, language) of a free text for the reader."""
    return (value, reader().language) if isinstance(value, str) else pick(value, reader().language)


def say(value: object) -> str:
    """A `Text` in the reader's language; anything else as it prints."""
    return reader().say(value) if isinstance(value, Text) else str(value)


def first_capital(value: object) -> str:
    """What begins a line of its own: the first letter as a capital, whatever it is in a sentence."""
    words = say(value)
    return words[:1].upper() + words[1:]


def finalize(value: object) -> object:
    """What ``{{ value }}`` prints: texts in the reader's language, nothing for None."""
    if value is None:
        return ""
    return reader().say(value) if isinstance(value, Text) else value


def _gettext(msgid: str, /, **args: object) -> Markup:
    """A message of the catalogues, which is HTML of our own; what is filled in is escaped."""
    return Markup(reader().say.gettext(msgid)) % {  # noqa: S704
        name: _argument(value) for name, value in args.items()
    }


def _ngettext(singular: str, plural: str, n: int, /, **args: object) -> Markup:
    sentence = Markup(reader().say.ngettext(singular, plural, n))  # noqa: S704 (as above)
    return sentence % {"n": n, "num": n, **{name: _argument(value) for name, value in args.items()}}


def _argument(value: object) -> object:
    return reader().say(value) if isinstance(value, Text) else value


_FILTERS: dict[str, Callable[..., object]] = {
    "city": city,
    "first_capital": first_capital,
    "clock": clock,
    "date": full_date,
    "day_month": day_month,
    "language_name": language_name,
    "listed": listed,
    "long_date": long_date,
    "number": number,
    "party_code": party_code,
    "party_name": party_name,
    "party_of": party_of,
    "pick": pick_words,
    "recent": recent,
    "relative": relative,
    "say": say,
    "short": short,
    "short_date": short_date,
}

_FUNCTIONS: dict[str, Callable[..., object]] = {
    "all_languages": lambda: LANGUAGES,
    "coordinates": coordinates,
    "csrf_token": lambda: reader().csrf_token(),
    "dates": dates,
    "days_until": days_until,
    "from_to": from_to,
    "label": words.label,
    "reader_language": lambda: reader().language,
    "local_day": local_day,
    "local_moment": local_moment,
    "local_time": local_time,
    "moment": moment,
    "options": words.options,
    "period": period,
    "period_note": period_note,
    "period_there": period_there,
    "short_dates": short_dates,
    "static": static,
    "time_there": time_there,
    "word": words.word,
    "zones": zones,
}


def install(environment: Environment) -> None:
    """Give an environment these filters and functions, and the words of the catalogues."""
    environment.finalize = finalize
    environment.filters.update({name: _at_rendering(filter_) for name, filter_ in _FILTERS.items()})
    environment.globals.update(_FUNCTIONS)
    environment.globals.update({"_": _gettext, "gettext": _gettext, "ngettext": _ngettext})


def _at_rendering(filter_: Callable[..., object]) -> Callable[..., object]:
    """A filter of a constant must not be worked out while the template is compiled: that has no reader."""

    def filtered(context: object, *args: object, **named: object) -> object:
        return filter_(*args, **named)

    return cast(Callable[..., object], pass_context(filtered))
