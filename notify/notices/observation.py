"""The invitation to observers: who may come, on which days, how many, and what happens there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, with_config
from typing_extensions import TypedDict

from notify.codes import EquipmentAllowed
from notify.notices.fields import STRICT, Code, Day, DayOrLocalTime, FreeText, LanguageCode, Line, LocalTime, Zone

Addressees = Annotated[
    list[Code],
    Field(
        max_length=60,
        examples=[["BOL", "OAS", "group:CARICOM"]],
        json_schema_extra={"uniqueItems": True},
    ),
]
"""Codes of parties and groups (``group:MEMBERS``), at most 60."""

Seats = Annotated[int, Field(ge=1, le=10_000)]


@with_config(STRICT)
class Period(TypedDict):
    """Local times and their zone, or with ``all_day`` two dates, both included."""

    starts: DayOrLocalTime
    ends: DayOrLocalTime
    timezone: Zone
    all_day: bool


@with_config(STRICT)
class Arrival(TypedDict):
    """Where and when observers are met; local to the zone of the notice's period."""

    place: Line
    at: LocalTime


@with_config(STRICT)
class ProgrammePoint(TypedDict):
    """What observers see, and when; local to the zone of the notice's period."""

    at: LocalTime
    item: FreeText


@with_config(STRICT)
class Observation(TypedDict, total=False):
    """The invitation. ``period`` null: the observers' days are the notice's."""

    invite: Addressees
    seats: Seats
    seats_per_party: Seats | None
    reply_by: Day | None
    period: Period | None
    arrival: Arrival | None
    languages: Annotated[list[LanguageCode], Field(max_length=20, json_schema_extra={"uniqueItems": True})]
    equipment_allowed: Annotated[list[EquipmentAllowed], Field(max_length=6, json_schema_extra={"uniqueItems": True})]
    programme: Annotated[list[ProgrammePoint], Field(max_length=200)]
    remarks: FreeText | None
