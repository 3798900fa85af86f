"""The parameters that stand behind the question mark of more than one operation, or of a list that is narrowed."""

from __future__ import annotations

from typing import get_args

from notify.api.paging import DEFAULT, MOST
from notify.api.query import Parameter
from notify.codes import Measure, PartyKind, Status

LIMIT = Parameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}, "How many items at most."
)
CURSOR = Parameter(
    "cursor",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "The `next_cursor` of the page before, unchanged.",
)
AFTER = Parameter(
    "after",
    {"type": "integer", "minimum": 0, "maximum": 2_147_483_647, "default": 0},
    "The `next_cursor` of the answer before.",
)
OF = Parameter(
    "of",
    {"type": "string", "enum": ["own", "party"], "default": "own"},
    "Whose: one's own, or as a manager with the scope `manage` those of the party.",
)
PARTY_KIND = Parameter("kind", {"type": "string", "enum": list(get_args(PartyKind))})

NOTICE_FILTERS = (
    Parameter(
        "measure", {"type": "array", "maxItems": 3, "items": {"type": "integer", "enum": list(get_args(Measure))}}
    ),
    Parameter(
        "state",
        {
            "type": "array",
            "maxItems": 40,
            "items": {"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[A-Z]{3}$"},
        },
        "Codes of posting states.",
    ),
    Parameter("status", {"type": "array", "maxItems": 7, "items": {"type": "string", "enum": list(get_args(Status))}}),
    Parameter("from", {"type": "string", "format": "date"}, "Ends on this day or later, by the clock of its place."),
    Parameter("to", {"type": "string", "format": "date"}, "Starts on this day or earlier, by the clock of its place."),
    Parameter("q", {"type": "string", "maxLength": 200}, "Words of title, summary, place and reference."),
    Parameter(
        "bbox",
        {
            "type": "string",
            "maxLength": 100,
            "pattern": r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$",
            "example": "-82,-19,-68,0",
        },
        "West, south, east, north in degrees; west exceeds east across 180°.",
    ),
    Parameter("test", {"type": "boolean"}, "Tests of the system alone, or none."),
)
"""The filters of `notify.notices.filters`."""
