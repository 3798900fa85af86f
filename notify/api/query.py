"""What stands behind the question mark: parameters with their JSON Schema, which both checks and documents them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from notify.digits import whole
from notify.errors import Fault, Invalid
from notify.language import Text, text
from notify.notices.times import is_day


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query. ``schema`` uses the keywords that `_fault` knows, no others."""

    name: str
    schema: Mapping[str, Any]
    description: str = ""

    @property
    def is_list(self) -> bool:
        """Whether it can stand several times."""
        return self.schema.get("type") == "array"


def check(parameters: Sequence[Parameter], query: QueryParams) -> None:
    """Raise `Invalid` naming every parameter that is unknown, repeated or not as its schema has it."""
    if faults := list(_faults({parameter.name: parameter for parameter in parameters}, query)):
        raise Invalid(faults)


def _faults(known: Mapping[str, Parameter], query: QueryParams) -> Iterator[Fault]:
    for name in dict.fromkeys(query.keys()):
        parameter = known.get(name)
        values = query.getlist(name)
        detail: Text | None
        if parameter is None:
            detail = text("There is no such parameter here. Check its spelling, or leave it out.")
        elif parameter.is_list:
            parts = [part for value in values for part in value.split(",")]
            detail = _list_fault(parameter.schema, parts)
        elif len(values) > 1:
            detail = text("Give this parameter once.")
        else:
            detail = _fault(parameter.schema, values[0])
        if detail is not None:
            yield Fault(f"/{name[:60]}", detail)


def _list_fault(schema: Mapping[str, Any], values: Sequence[str]) -> Text | None:
    if len(values) > schema["maxItems"]:
        return text("Give at most %(n)s values.", n=schema["maxItems"])
    return next((fault for value in values if (fault := _fault(schema["items"], value)) is not None), None)


def _fault(schema: Mapping[str, Any], value: str) -> Text | None:
    if schema["type"] == "boolean":
        return None if value in ("true", "false") else text("Give true or false.")
    if "enum" in schema:
        allowed = [str(one) for one in schema["enum"]]
        return None if value in allowed else text("Give one of: %(values)s.", values=", ".join(allowed))
    if schema["type"] == "integer":
        low, high = schema["minimum"], schema["maximum"]
        given = whole(value, 10)
        if given is not None and low <= given <= high:
            return None
        return text("Give a whole number from %(low)s to %(high)s.", low=low, high=high)
    if schema.get("format") == "date":
        return None if is_day(value) else text("Give a date such as 2027-08-18.")
    low, high = schema.get("minLength", 0), schema["maxLength"]
    if "\0" in value or not low <= len(value) <= high:
        return text("Give from %(low)s to %(high)s characters.", low=low, high=high)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return text("This is not in the form that the documentation describes. Compare it with the example.")
    return None
