"""What a notice says of its activity, by measure: FIELD.md's content as far as the examples have it.

Nothing is required here: a draft may be half written. `content.missing` names what publication needs.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, with_config
from typing_extensions import TypedDict

from notify.codes import (
    Activity,
    Category,
    CommandLevel,
    Equipment,
    ExerciseType,
    InstallationKind,
    Method,
    Origin,
    Service,
    Unit,
    VisitKind,
)
from notify.notices.fields import STRICT, Count, FreeText, Line, Quantity


@with_config(STRICT)
class ExerciseContent(TypedDict, total=False):
    """Measure 4: an exercise or an operation. ``equipment`` counts pieces by category."""

    activity: Activity
    designation: Line
    type: ExerciseType
    purpose: FreeText | None
    services: Annotated[list[Service], Field(max_length=5, json_schema_extra={"uniqueItems": True})]
    command_level: CommandLevel | None
    live_fire: bool | None
    equipment: dict[Equipment, Count] | None


@with_config(STRICT)
class Installation(TypedDict):
    """A place that visitors are shown."""

    name: Line
    kind: InstallationKind


@with_config(STRICT)
class VisitContent(TypedDict, total=False):
    """Measure 5: a defence visit."""

    kind: VisitKind
    installations: Annotated[list[Installation], Field(max_length=50)]
    oas_invited: bool | None
    costs: FreeText | None


@with_config(STRICT)
class Item(TypedDict):
    """One kind of weapon to be destroyed, or ammunition. Weapons are counted in pieces only."""

    category: Category
    quantity: Quantity
    unit: Unit


@with_config(STRICT)
class DestructionContent(TypedDict, total=False):
    """Measure 18: a destruction of small arms and light weapons. ``programme`` is a proper name."""

    programme: Line | None
    origin: Origin
    method: Method
    items: Annotated[list[Item], Field(max_length=200)]


Content = ExerciseContent | VisitContent | DestructionContent
