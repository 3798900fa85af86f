"""The examples of notices, as they are or with other values, and the parties that they name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from notify.errors import Fault, Invalid
from notify.notices.content import parse
from notify.notices.known import Known
from notify.notices.pointers import get, pointer, split

EXAMPLES = ("exercise", "visit", "destruction")
ABSENT = object()
"""As a value: the field is taken away."""

STATES = frozenset({"ARG", "BOL", "BRA", "BRB", "CHL", "COL", "ECU", "GUY", "MEX", "NIC", "PER", "TTO", "USA", "VEN"})
KNOWN = Known(
    states=STATES,
    parties=STATES | {"OAS", "IADB", "CARICOM"},
    groups={"MEMBERS": True, "RECIPIENTS": True, "CARICOM": True, "CDS": False},
)


def example(name: str, **values: object) -> dict[str, Any]:
    """An example, with other values: ``content__type="naval"`` sets /content/type."""
    path = Path(__file__).parent.parent / "data" / "examples" / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for where, value in values.items():
        put(document, "/" + where.replace("__", "/"), value)
    return document


def put(document: dict[str, Any], where: str, value: object) -> None:
    """Set what stands at a pointer; at "-", put it at the end of a list."""
    *parents, last = split(where)
    holder = get(document, pointer(*parents))
    if isinstance(holder, list):
        if last == "-":
            holder.append(value)
        else:
            holder[int(last)] = value
        return
    assert isinstance(holder, dict)
    if value is ABSENT:
        del holder[last]
    else:
        holder[last] = value


def period(starts: str, ends: str, timezone: str = "America/Lima", all_day: bool = False) -> dict[str, object]:
    """A period."""
    return {"starts": starts, "ends": ends, "timezone": timezone, "all_day": all_day}


def days(starts: str, ends: str, timezone: str = "America/Lima") -> dict[str, object]:
    """A period of whole days."""
    return period(starts, ends, timezone, all_day=True)


def polygon(*corners: tuple[float, float]) -> dict[str, object]:
    """A place with an outline of these corners."""
    return {"name": "Puno", "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}}


def faults_of(body: dict[str, Any]) -> tuple[Fault, ...]:
    """What is wrong with a body, by the parties of `KNOWN`."""
    try:
        parse(body, KNOWN)
    except Invalid as refusal:
        return refusal.faults
    return ()
