"""Rules that hold across the fields of a notice: each is a function that names what breaks it.

A rule looks at fields that are right in themselves (`Sound`), so that it can be asked although other fields are wrong,
and every fault is named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from notify.errors import Fault
from notify.language import Text, text
from notify.notices import times
from notify.notices.faults import shown
from notify.notices.known import Known
from notify.notices.place_rules import place_faults
from notify.notices.pointers import pointer
from notify.notices.sound import Sound

MAX_DAYS = 400

Rule = Callable[[Sound, Known], Iterator[Fault]]


def parties(sound: Sound, known: Known) -> Iterator[Fault]:
    """The posting state and the participants are states, each participant once; addressees are parties or groups."""
    yield from _state(sound, known, "/state")
    seen: set[str] = set()
    for at in sound.entries("/participants"):
        yield from _state(sound, known, f"{at}/state")
        state = sound.text(f"{at}/state")
        if state is None:
            continue
        if state in seen:
            yield Fault(f"{at}/state", text("“%(code)s” takes part twice. Name each state once.", code=state))
        seen.add(state)
    yield from known.addressees_faults(sound("/also_notify"), "/also_notify", inviting=False)
    yield from known.addressees_faults(sound("/observation/invite"), "/observation/invite", inviting=True)


def _state(sound: Sound, known: Known, at: str) -> Iterator[Fault]:
    code = sound.text(at)
    wrong = known.state_fault(code) if code is not None else None
    if wrong is not None:
        yield Fault(at, wrong)


def place(sound: Sound, known: Known) -> Iterator[Fault]:
    """The geometry is one that can be drawn, and lies where the state probably meant it."""
    geometry = sound("/place/geometry")
    if isinstance(geometry, Mapping):
        yield from place_faults(geometry, sound("/place/radius_km"), sound.text("/state"))


def period(sound: Sound, known: Known) -> Iterator[Fault]:
    """The notice's period is one."""
    yield from _period(sound, "/period")


def observers_days(sound: Sound, known: Known) -> Iterator[Fault]:
    """The observers' own period is one, and lies within the notice's."""
    at = "/observation/period"
    faults = list(_period(sound, at))
    yield from faults
    outer, inner = sound("/period"), sound(at)
    if faults or not isinstance(outer, Mapping) or not isinstance(inner, Mapping):
        return
    if inner["all_day"]:
        # Whole days are never converted: day is compared with day, each as its own zone counts it.
        early = str(inner["starts"]) < str(outer["starts"])[:10]
        late = str(inner["ends"]) > str(outer["ends"])[:10]
    else:
        (begin, end), (opens, closes) = times.utc_bounds(inner), times.utc_bounds(outer)
        early, late = begin < opens, end > closes
    if early:
        yield Fault(f"{at}/starts", text("Observers cannot come before the period of the notice starts."))
    if late:
        yield Fault(f"{at}/ends", text("The observers' days cannot end after the period of the notice."))


def _period(sound: Sound, at: str) -> Iterator[Fault]:
    """Times have the form that ``all_day`` asks for, exist, are in order, and span at most `MAX_DAYS`."""
    whole_days, zone = sound(f"{at}/all_day"), sound.text(f"{at}/timezone")
    given: dict[str, str] = {}
    for end in ("starts", "ends"):
        written = sound.text(f"{at}/{end}")
        if written is None or not isinstance(whole_days, bool):
            continue
        wrong = _form(written, whole_days) or _existence(written, zone)
        if wrong is not None:
            yield Fault(f"{at}/{end}", wrong)
        else:
            given[end] = written
    if len(given) < 2:
        return
    starts, ends = given["starts"], given["ends"]
    if whole_days and ends < starts:
        yield Fault(f"{at}/ends", text("The last day must be %(starts)s or later.", starts=starts))
    elif not whole_days and _order(starts, zone) >= _order(ends, zone):
        yield Fault(f"{at}/ends", text("The end must be later than the start, %(starts)s.", starts=starts))
    elif (date.fromisoformat(ends[:10]) - date.fromisoformat(starts[:10])).days >= MAX_DAYS:
        wrong = text("A period has at most %(n)s days. Post a notice of its own for each part.", n=MAX_DAYS)
        yield Fault(f"{at}/ends", wrong)


def _form(written: str, whole_days: bool) -> Text | None:
    if whole_days and not times.is_day(written):
        return text("For whole days write a date without a time, such as 2027-03-13.")
    if not whole_days and not times.is_local(written):
        return text("Write the time too, such as 2027-03-13T07:00, or choose whole days.")
    return None


def _existence(written: str, zone: str | None) -> Text | None:
    """The fault of a day or local time that its zone's clocks jump over."""
    if zone is None:
        return None
    try:
        if times.is_day(written):
            times.resolve_day(written, zone)
        else:
            times.resolve(written, zone)
    except times.NoSuchTime:
        return text(
            "%(written)s does not exist in %(zone)s: the clocks are put forward over it. Choose another time.",
            written=written,
            zone=zone,
        )
    return None


def _order(local: str, zone: str | None) -> str:
    """Something that sorts as the moments do; as the clock shows them where the zone is not known."""
    return times.resolve(local, zone).isoformat() if zone is not None else local


def seats(sound: Sound, known: Known) -> Iterator[Fault]:
    """One party cannot have more seats than there are."""
    total, each = sound("/observation/seats"), sound("/observation/seats_per_party")
    if isinstance(total, int) and isinstance(each, int) and each > total:
        wrong = text("One party cannot have more seats than there are: write %(seats)s or less.", seats=total)
        yield Fault("/observation/seats_per_party", wrong)


def programme(sound: Sound, known: Known) -> Iterator[Fault]:
    """Answers are due before the observers' days; arrival and programme fit into them, by the clocks of the place."""
    days = _observers_days(sound)
    first, last = days if days else (None, None)
    zone = times.zone_of({"period": sound("/period"), "observation": {"period": sound("/observation/period")}})

    reply_by = sound.text("/observation/reply_by")
    if reply_by is not None and first is not None and reply_by > first.date().isoformat():
        wrong = text("Ask for answers by %(day)s, the first day of the observers, or earlier.", day=str(first.date()))
        yield Fault("/observation/reply_by", wrong)

    at = "/observation/arrival/at"
    arrival = sound.text(at)
    if arrival is not None:
        gap = _existence(arrival, zone)
        if gap is not None:
            yield Fault(at, gap)
        elif first is not None and last is not None:
            moment = datetime.fromisoformat(arrival)
            if moment > last:
                end = last.isoformat(timespec="minutes")
                yield Fault(at, text("Observers must arrive by the end of their days, %(end)s.", end=end))
            first = min(first, moment)

    for at in sound.entries("/observation/programme"):
        written = sound.text(f"{at}/at")
        if written is None:
            continue
        gap = _existence(written, zone)
        if gap is not None:
            yield Fault(f"{at}/at", gap)
        elif first is not None and last is not None:
            moment = datetime.fromisoformat(written)
            if not first.date() <= moment.date() <= last.date():
                wrong = text(
                    "The programme runs on the observers' days, from %(first)s to %(last)s.",
                    first=str(first.date()),
                    last=str(last.date()),
                )
                yield Fault(f"{at}/at", wrong)


def _observers_days(sound: Sound) -> tuple[datetime, datetime] | None:
    """The first and the last minute of the observers' days, as the clocks of the place show them."""
    notice = {"period": sound("/period"), "observation": {"period": sound("/observation/period")}}
    days, zone = times.observation_period(notice), times.zone_of(notice)
    if days is None or zone is None:
        return None
    begin, end = times.utc_bounds(days)
    if days["all_day"]:
        end -= timedelta(minutes=1)  # whole days end where the next day begins
    return times.to_local(begin, zone), times.to_local(end, zone)


def items(sound: Sound, known: Known) -> Iterator[Fault]:
    """Weapons are counted in pieces; pieces and rounds are whole numbers."""
    for at in sound.entries("/content/items"):
        category, unit = sound.text(f"{at}/category"), sound.text(f"{at}/unit")
        quantity = sound(f"{at}/quantity")
        if category is not None and category != "ammunition" and unit is not None and unit != "piece":
            yield Fault(f"{at}/unit", text("Weapons are counted in pieces: write piece."))
        if unit in ("piece", "round") and isinstance(quantity, float) and not quantity.is_integer():
            yield Fault(f"{at}/quantity", text("Pieces and rounds are counted: write a whole number."))


def choices(sound: Sound, known: Known) -> Iterator[Fault]:
    """Lists of choices name each choice once."""
    for at in ("/content/services", "/observation/languages", "/observation/equipment_allowed"):
        chosen = sound(at)
        codes = chosen if isinstance(chosen, list) else []
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield Fault(at + pointer(index), text("“%(code)s” stands here twice. Remove one.", code=shown(code)))


RULES: tuple[Rule, ...] = (parties, place, period, observers_days, seats, programme, items, choices)
"""In this order: a rule may rely on what an earlier one found right."""


def broken(sound: Sound, known: Known) -> Iterator[Fault]:
    """Every fault across fields; what one rule finds wrong is no longer sound for those after it."""
    for rule in RULES:
        for fault in rule(sound, known):
            sound.taint(fault.pointer)
            yield fault
