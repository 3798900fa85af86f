"""What each field of a notice is called, for lists of changes, forms and mails.

The order of this table is the order of the fields wherever a list of them is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from notify.codes import LANGUAGES
from notify.language import Text, text

_LANGUAGE_NAMES: Mapping[str, Text] = {
    "es": text("Spanish"),
    "en": text("English"),
    "pt": text("Portuguese"),
    "fr": text("French"),
}

LABELS: Mapping[str, Text] = {
    "/measure": text("Measure"),
    "/state": text("Posting state"),
    "/title": text("Title"),
    "/summary": text("Summary"),
    "/period": text("Dates"),
    "/period/starts": text("Start"),
    "/period/ends": text("End"),
    "/period/timezone": text("Time zone"),
    "/period/all_day": text("Whole days"),
    "/place": text("Place"),
    "/place/name": text("Name of the place"),
    "/place/geometry": text("Area"),
    "/place/radius_km": text("Radius in kilometres"),
    "/participants": text("Participants"),
    "/participants/*": text("Participant %(n)s"),
    "/participants/*/state": text("Participant %(n)s: state"),
    "/participants/*/personnel": text("Participant %(n)s: personnel"),
    "/contact": text("Point of contact"),
    "/contact/name": text("Point of contact: name"),
    "/contact/office": text("Point of contact: office"),
    "/contact/email": text("Point of contact: mail address"),
    "/contact/phone": text("Point of contact: telephone"),
    "/visibility": text("Who may read it"),
    "/also_notify": text("Also told"),
    "/note_reference": text("Reference of the diplomatic note"),
    "/test": text("Test of the system"),
    "/content": text("Activity"),
    "/content/activity": text("Exercise or operation"),
    "/content/designation": text("Designation"),
    "/content/type": text("Type"),
    "/content/purpose": text("Purpose"),
    "/content/services": text("Services"),
    "/content/command_level": text("Level of command"),
    "/content/live_fire": text("Live fire"),
    "/content/equipment": text("Equipment"),
    "/content/equipment/battle_tanks": text("Battle tanks"),
    "/content/equipment/armoured_combat_vehicles": text("Armoured combat vehicles"),
    "/content/equipment/artillery": text("Artillery pieces"),
    "/content/equipment/aircraft": text("Aircraft"),
    "/content/equipment/helicopters": text("Helicopters"),
    "/content/equipment/uncrewed_aircraft": text("Uncrewed aircraft"),
    "/content/equipment/ships": text("Ships"),
    "/content/equipment/submarines": text("Submarines"),
    "/content/kind": text("Kind of visit"),
    "/content/installations": text("Installations visited"),
    "/content/installations/*": text("Installation %(n)s"),
    "/content/installations/*/name": text("Installation %(n)s: name"),
    "/content/installations/*/kind": text("Installation %(n)s: kind"),
    "/content/oas_invited": text("OAS invited"),
    "/content/costs": text("Costs"),
    "/content/programme": text("National programme"),
    "/content/origin": text("Origin of the weapons"),
    "/content/method": text("Method of destruction"),
    "/content/items": text("Weapons and ammunition"),
    "/content/items/*": text("Item %(n)s"),
    "/content/items/*/category": text("Item %(n)s: category"),
    "/content/items/*/quantity": text("Item %(n)s: quantity"),
    "/content/items/*/unit": text("Item %(n)s: unit"),
    "/observation": text("Observers"),
    "/observation/invite": text("Invited to observe"),
    "/observation/seats": text("Seats for observers"),
    "/observation/seats_per_party": text("Seats for each party"),
    "/observation/reply_by": text("Reply by"),
    "/observation/period": text("Observers' days"),
    "/observation/period/starts": text("Observers' days: start"),
    "/observation/period/ends": text("Observers' days: end"),
    "/observation/period/timezone": text("Observers' days: time zone"),
    "/observation/period/all_day": text("Observers' days: whole days"),
    "/observation/arrival": text("Arrival of observers"),
    "/observation/arrival/place": text("Arrival of observers: place"),
    "/observation/arrival/at": text("Arrival of observers: time"),
    "/observation/languages": text("Languages of the programme"),
    "/observation/equipment_allowed": text("Equipment that observers may bring"),
    "/observation/programme": text("Programme"),
    "/observation/programme/*": text("Programme, point %(n)s"),
    "/observation/programme/*/at": text("Programme, point %(n)s: time"),
    "/observation/programme/*/item": text("Programme, point %(n)s: what happens"),
    "/observation/remarks": text("Remarks for observers"),
    "/outcome": text("Outcome"),
    "/outcome/remarks": text("Remarks on the outcome"),
}
"""By pointer, with ``*`` for a place in a list; ``%(n)s`` is that place, counted from one."""


def pattern(pointer: str) -> str:
    """A pointer with ``*`` for each place in a list: ``/participants/0/state`` becomes ``/participants/*/state``."""
    return "/".join("*" if part.isdecimal() else part for part in pointer.split("/"))


def label(pointer: str) -> Text:
    """What the field at a JSON pointer is called: ``/period/starts`` is "Start".

    A text in one language of a free text names that language too. A pointer that no field has comes back as it is.
    """
    known = LABELS.get(pattern(pointer))
    if known is not None:
        places = [int(part) + 1 for part in pointer.split("/") if part.isdecimal()]
        return Text(known.msgid, {"n": places[-1]}) if places else known
    parent, _, last = pointer.rpartition("/")
    if last in LANGUAGES and pattern(parent) in LABELS:
        # Not extracted for translation: a field and a language in brackets read the same in every language.
        return Text("%(field)s (%(language)s)", {"field": label(parent), "language": _LANGUAGE_NAMES[last]})
    return Text("%(pointer)s", {"pointer": pointer})
