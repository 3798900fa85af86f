"""A notice as it is posted: its fields, what is wrong with them, and what publication still needs.

One definition serves the form, the API, its documentation and every check. What is absent stays absent; what is given
must be right; every fault is named at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Required, cast

from pydantic import Field, RootModel, TypeAdapter, ValidationError, WithJsonSchema, with_config
from typing_extensions import TypedDict

from notify.codes import Visibility
from notify.errors import Fault, Invalid
from notify.labels import LABELS, label
from notify.language import Text, text
from notify.notices.content_measures import DestructionContent, ExerciseContent, VisitContent
from notify.notices.faults import MAX_FAULTS, every_fault_of
from notify.notices.fields import STRICT, Code, Count, Email, Kilometres, Line, Phone, Summary, Title
from notify.notices.known import Known as Known
from notify.notices.observation import Addressees, Observation, Period
from notify.notices.rules import broken
from notify.notices.sound import Sound

State = Annotated[Code, Field(examples=["PER"])]

Geometry = Annotated[
    dict[str, object],
    WithJsonSchema(
        {
            "type": "object",
            "description": "A GeoJSON geometry (RFC 7946), longitude first.",
            "properties": {
                "type": {"enum": ["Point", "MultiPoint", "LineString", "Polygon", "MultiPolygon"]},
                "coordinates": {"type": "array"},
            },
            "required": ["type", "coordinates"],
            "additionalProperties": False,
            "examples": [{"type": "Point", "coordinates": [-69.73, -16.74]}],
        }
    ),
]
"""Whatever the outline, `notify.maps.geometry.faults` says what is wrong with it."""


@with_config(STRICT)
class Place(TypedDict, total=False):
    """Where it happens. ``radius_km`` belongs to a Point."""

    name: Required[Line]
    geometry: Required[Geometry]
    radius_km: Kilometres | None


@with_config(STRICT)
class Participant(TypedDict, total=False):
    """A state that takes part, and with how many people; absent: not known."""

    state: Required[Code]
    personnel: Count | None


@with_config(STRICT)
class Contact(TypedDict, total=False):
    """Who answers questions: an office rather than a private number, for it is read by every reader."""

    name: Line | None
    office: Line | None
    email: Email | None
    phone: Phone | None


@with_config(STRICT)
class Amendable(TypedDict, total=False):
    """What the notices of all measures have and an amendment can change, besides their content."""

    title: Title
    summary: Summary
    period: Period
    place: Place
    participants: Annotated[list[Participant], Field(max_length=100)]
    contact: Contact
    visibility: Visibility
    also_notify: Addressees
    note_reference: Line | None
    observation: Observation | None


@with_config(STRICT)
class Notice(Amendable, total=False):
    """What the notices of all measures have, besides their measure and content."""

    state: Required[State]
    test: bool


@with_config(STRICT)
class ExerciseNotice(Notice, total=False):
    """Measure 4: prior notification of an exercise or an operation."""

    measure: Required[Literal[4]]
    content: ExerciseContent


@with_config(STRICT)
class VisitNotice(Notice, total=False):
    """Measure 5: a defence visit to which others are invited."""

    measure: Required[Literal[5]]
    content: VisitContent


@with_config(STRICT)
class DestructionNotice(Notice, total=False):
    """Measure 18: a destruction of small arms and light weapons."""

    measure: Required[Literal[18]]
    content: DestructionContent


@with_config(STRICT)
class _UnknownMeasure(Notice, total=False):
    measure: Required[Literal[4, 5, 18]]
    content: dict[str, object]


class NoticeDraft(
    RootModel[Annotated[ExerciseNotice | VisitNotice | DestructionNotice, Field(discriminator="measure")]]
):
    """A notice as it is posted. Measure and state are needed; publication names what else is."""


_ADAPTERS: Mapping[int, TypeAdapter[Any]] = {
    4: TypeAdapter(ExerciseNotice),
    5: TypeAdapter(VisitNotice),
    18: TypeAdapter(DestructionNotice),
}
_UNKNOWN: TypeAdapter[Any] = TypeAdapter(_UnknownMeasure)

_ORDER = tuple(field for field in LABELS if field.count("/") == 1)
"""The pointers of the fields at the top of a notice, in the order in which it shows them."""

_NEEDED = ("title", "summary", "period", "place", "contact")
_NEEDED_IN_CONTENT: Mapping[int, tuple[str, ...]] = {
    4: ("activity", "designation", "type", "services"),
    5: ("kind", "installations"),
    18: ("origin", "method", "items"),
}


def parse(body: Mapping[str, object], known: Known) -> dict[str, object]:
    """The notice in a body, its fields in the order of the models.

    Raises `Invalid` with every fault (at most `MAX_FAULTS`), those of one field and those across fields alike. Parsing
    what was parsed changes nothing.
    """
    content, faults = examine(body, known)
    if faults:
        raise Invalid(faults)
    return content


def examine(body: Mapping[str, object], known: Known) -> tuple[dict[str, object], list[Fault]]:
    """As `parse`, with the faults beside: the notice is empty when a field is wrong in itself."""
    measure = body.get("measure")
    adapter = _ADAPTERS.get(measure) if type(measure) is int else None
    return checked(adapter or _UNKNOWN, body, known)


def checked(
    adapter: TypeAdapter[Any], body: Mapping[str, object], known: Known
) -> tuple[dict[str, object], list[Fault]]:
    """What a model makes of a body that has fields of a notice, and every fault, across fields too."""
    content: dict[str, object] = {}
    faults: list[Fault] = []
    try:
        read = adapter.validate_python(dict(body))
        content = {field[1:]: read[field[1:]] for field in _ORDER if field[1:] in read}
    except ValidationError as error:
        faults = every_fault_of(error)
    faults += broken(Sound(content or body, [fault.pointer for fault in faults]), known)
    return content, sorted(faults[:MAX_FAULTS], key=_place_in_notice)


def _place_in_notice(fault: Fault) -> int:
    """Where the field at the top that holds a fault stands; those that no notice has come last."""
    field = "/" + fault.pointer[1:].partition("/")[0]
    return _ORDER.index(field) if field in _ORDER else len(_ORDER)


def missing(content: Mapping[str, object]) -> list[Fault]:
    """What a valid notice still lacks to be published: a fault for each field to be filled in."""
    lacking = [f"/{field}" for field in _NEEDED if not content.get(field)]
    lacking += [f"/contact/{field}" for field in _of_contact(content.get("contact"))]
    own = content.get("content")
    given = own if isinstance(own, Mapping) else {}
    needed = _NEEDED_IN_CONTENT[cast(int, content["measure"])]
    lacking += [f"/content/{field}" for field in needed if not given.get(field)]
    observation = content.get("observation")
    if isinstance(observation, Mapping) and observation.get("seats") is None:
        lacking.append("/observation/seats")
    return [Fault(pointer, _needed(label(pointer))) for pointer in lacking]


def _of_contact(contact: object) -> tuple[str, ...]:
    """A point of contact has an office or a name, and an address or a telephone."""
    if not isinstance(contact, Mapping) or not contact:
        return ()
    named = contact.get("office") or contact.get("name")
    reached = contact.get("email") or contact.get("phone")
    return tuple(field for field, given in (("office", named), ("email", reached)) if not given)


def _needed(field: Text) -> Text:
    return text("“%(field)s” is needed to publish a notice. Fill it in.", field=field)
