"""The filters of a list of notices, as they stand in the query of an address: the same at every door."""

from __future__ import annotations

import re
from datetime import date
from typing import Protocol

from notify.errors import Fault, Invalid
from notify.language import text
from notify.notices.reading import Filters

_STATE = re.compile(r"^[A-Z]{3}\Z")
STATUSES = ("draft", "submitted", "published", "postponed", "cancelled", "completed", "withdrawn")


class Query(Protocol):
    """What stands behind the question mark, as a web framework gives it."""

    def get(self, key: str, /) -> str | None: ...

    def getlist(self, key: str, /) -> list[str]: ...


def filters_of(query: Query) -> Filters:
    """The filters of a query. Raises `Invalid` naming every bad one."""
    faults: list[Fault] = []

    def many(name: str, allowed: tuple[str, ...] | None = None) -> list[str]:
        values = [v for item in query.getlist(name) for v in item.split(",") if v]
        if len(values) > 60 or any(allowed is not None and v not in allowed for v in values):
            faults.append(Fault(f"/{name}", text("Give one of: %(values)s.", values=", ".join(allowed or ("PER",)))))
            return []
        return values

    def day(name: str) -> str | None:
        value = query.get(name)
        if not value:
            return None
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            faults.append(Fault(f"/{name}", text("Give a date such as 2027-08-18.")))
            return None

    measure = [int(m) for m in many("measure", ("4", "5", "18"))]
    state = many("state")
    if not all(_STATE.match(code) for code in state):
        faults.append(Fault("/state", text("Give the three letters of a state, such as PER.")))
    status = many("status", STATUSES)
    starts_from, starts_to = day("from"), day("to")
    test = query.get("test")
    if test not in (None, "", "true", "false"):
        faults.append(Fault("/test", text("Give true or false.")))
    q = query.get("q") or ""
    if len(q) > 200:
        faults.append(Fault("/q", text("Give at most 200 characters.")))
    bbox = _bbox(query.get("bbox"), faults)
    if faults:
        raise Invalid(faults)
    return Filters(
        measure, state, status, starts_from, starts_to, q.replace("\0", " "), bbox,
        None if not test else test == "true",
    )  # fmt: skip


def _bbox(value: str | None, faults: list[Fault]) -> tuple[float, float, float, float] | None:
    if not value:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        faults.append(Fault("/bbox", text("Give west,south,east,north in degrees; west may exceed east across 180°.")))
        return None
    return west, south, east, north
