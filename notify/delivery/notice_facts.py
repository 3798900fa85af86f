"""The facts of a notice in words, in the order in which a notice shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notify import formats
from notify.delivery.field_words import Said, addressee, field_words, free
from notify.delivery.news import Told
from notify.labels import label as field_label
from notify.language import ntext, text, translator
from notify.maps.geometry import centre
from notify.notices.notice import Content
from notify.notices.times import zone_of
from notify.parties.directory import Directory
from notify.words import word


@dataclass(frozen=True)
class Row:
    """One fact: what it is called, what it is, and in smaller letters what belongs to it."""

    label: str
    value: Said
    sub: str = ""


@dataclass(frozen=True)
class Section:
    """Facts under a head."""

    head: str
    rows: Sequence[Row]


def facts(told: Told, content: Content, directory: Directory, language: str, reader_zone: str) -> list[Row]:
    """What every notice has: dates, place, personnel, lead time; ``reader_zone`` is the clock of who reads it."""
    say = translator(language)
    revision = told.revision
    dates = formats.period(language, content["period"])
    note = formats.period_note(language, content["period"])
    there = formats.period_there(language, content["period"], reader_zone)
    if revision["status"] == "postponed":
        note = say(text("These dates no longer stand; new ones will be announced."))
        there = ""
    rows = [Row(say(text("Dates")), Said(dates), "; ".join(part for part in (note, there) if part))]
    rows.append(Row(say(text("Place")), Said(str(content["place"]["name"])), _place_note(content, language)))
    if personnel := _personnel(content, directory, language):
        rows.append(personnel)
    if revision["lead_days"] is not None:
        rows.append(_lead(revision, told.notice.state, directory, language))
    return rows


def _place_note(content: Content, language: str) -> str:
    place = content["place"]
    longitude, latitude = centre(place["geometry"])
    note = formats.coordinates(language, longitude, latitude)
    if place.get("radius_km"):
        say = translator(language)
        radius = say(text("radius of %(n)s km", n=formats.number(language, place["radius_km"])))
        note = f"{radius}, {note}"
    return note


def _personnel(content: Content, directory: Directory, language: str) -> Row | None:
    given = [(each["state"], each["personnel"]) for each in content.get("participants") or [] if each.get("personnel")]
    if not given:
        return None
    say = translator(language)
    of = formats.listed(
        language,
        (
            directory.of(state, language) if len(given) == 1
            else f"{formats.number(language, n)} {directory.of(state, language)}"
            for state, n in given
        ),
    )  # fmt: skip
    return Row(say(text("Personnel")), Said(formats.number(language, sum(n for _, n in given))), of)


def _lead(revision: Mapping[str, object], state: str, directory: Directory, language: str) -> Row:
    say = translator(language)
    days, required = int(str(revision["lead_days"])), revision["lead_days_required"]
    if days >= 0:
        shown = say(ntext("%(n)s day", "%(n)s days", days))
    else:
        shown = say(ntext("%(n)s day after the start", "%(n)s days after the start", -days))
    rule = ""
    if required is not None:
        rule = say(text("rule %(of_state)s: %(n)s", of_state=directory.of(state, language), n=required))
    if revision["late"]:
        late = say(text("late"))
        rule = f"{rule}; {late}" if rule else late
    return Row(say(text("Lead time")), Said(shown), rule)


def sections(content: Content, directory: Directory, language: str) -> list[Section]:
    """The activity by measure, the invitation to observers, the outcome and the point of contact, where given."""
    say = translator(language)
    own = content.get("content") or {}
    made = [
        Section(say(text("Activity")), _activity(own, directory, language)),
        Section(say(text("Invitation to observers")), _observers(content, directory, language)),
        Section(say(text("Outcome")), _outcome(content, language)),
        Section(say(text("Point of contact")), _contact(content, language)),
    ]
    return [section for section in made if section.rows]


def _row(pointer: str, value: object, language: str, directory: Directory) -> list[Row]:
    """The fact in the field at a pointer, or none where it is absent or empty."""
    said = free(value, language) if isinstance(value, Mapping) else None
    if said is None and value not in (None, [], {}):
        said = Said(field_words(pointer, value, language, directory) or "")
    return [Row(translator(language)(field_label(pointer)), said)] if said is not None and said.text else []


_ACTIVITY = (
    "designation", "type", "kind", "programme", "live_fire", "purpose", "services", "command_level", "origin", "method",
)  # fmt: skip
"""The fields of an activity that are one fact each, of all measures."""


def _activity(own: Mapping[str, object], directory: Directory, language: str) -> list[Row]:
    say = translator(language)
    rows: list[Row] = []
    for field in _ACTIVITY:
        rows += _row(f"/content/{field}", own.get(field), language, directory)
    equipment = own.get("equipment")
    if isinstance(equipment, Mapping) and equipment:
        each = (
            f"{say(field_label(f'/content/equipment/{code}'))}: {formats.number(language, n)}"
            for code, n in equipment.items()
        )
        rows.append(Row(say(text("Equipment")), Said("; ".join(each))))
    for place in _dicts(own.get("installations")):
        kind = say(word("installation_kind", str(place["kind"])))
        rows.append(Row(say(text("Installation visited")), Said(str(place["name"])), kind))
    for item in _dicts(own.get("items")):
        amount = f"{formats.number(language, item['quantity'])} {say(word('unit', item['unit']))}"  # type: ignore[arg-type]
        rows.append(Row(say(text("To be destroyed")), Said(say(word("category", str(item["category"])))), amount))
    rows += _row("/content/costs", own.get("costs"), language, directory)
    return rows


def _observers(content: Content, directory: Directory, language: str) -> list[Row]:
    observation = content.get("observation")
    if not observation:
        return []
    say = translator(language)
    rows = []
    invite = observation.get("invite") or []
    invited = formats.listed(language, (addressee(code, language, directory) for code in invite))
    seats = say(ntext("%(n)s seat", "%(n)s seats", observation["seats"])) if observation.get("seats") else ""
    if observation.get("seats_per_party"):
        each = say(text("%(n)s for each party", n=observation["seats_per_party"]))
        seats = ", ".join(part for part in (seats, each) if part)
    rows.append(Row(say(text("Invited")), Said(invited or seats), seats if invited else ""))
    if observation.get("reply_by"):
        day = formats.long_date(language, observation["reply_by"])
        city = formats.city(language, zone_of(content) or "UTC")
        rows.append(Row(say(text("Reply by")), Said(day), say(text("end of the day in %(city)s", city=city))))
    if observation.get("period"):
        period = observation["period"]
        rows.append(
            Row(
                say(text("Observers' days")),
                Said(formats.period(language, period)),
                formats.period_note(language, period),
            )
        )
    arrival = observation.get("arrival")
    if arrival:
        when = field_words("/observation/arrival/at", arrival["at"], language, directory) or ""
        rows.append(Row(say(text("Arrival")), Said(str(arrival["place"])), when))
    for point in _dicts(observation.get("programme")):
        at = str(point["at"])
        said = free(point["item"], language)
        when = f"{formats.short_day(language, at)} {formats.clock(at)}"
        rows += [Row(say(text("Programme")), said, when)] if said else []
    for field in ("languages", "equipment_allowed", "remarks"):
        rows += _row(f"/observation/{field}", observation.get(field), language, directory)
    return rows


def _outcome(content: Content, language: str) -> list[Row]:
    outcome = content.get("outcome")
    remarks = free(outcome.get("remarks"), language) if isinstance(outcome, Mapping) else None
    return [Row(translator(language)(text("Remarks")), remarks)] if remarks else []


def _contact(content: Content, language: str) -> list[Row]:
    say = translator(language)
    contact = content.get("contact") or {}
    who = ", ".join(str(contact[field]) for field in ("name", "office") if contact.get(field))
    how = " · ".join(str(contact[field]) for field in ("email", "phone") if contact.get(field))
    return [Row(say(text("Write to")), Said(who or how), how if who else "")] if who or how else []


def _dicts(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
