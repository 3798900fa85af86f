"""What answers of the API have in common. A field without a default is always there.

The document that describes the API is made from these models, and tests hold every answer to them.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-24T12:00:00Z"])]
"""A moment in UTC (RFC 3339)."""

Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Code = Annotated[str, Field(examples=["BOL"])]
"""Of a party."""

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

Shown = TypeVar("Shown")


class Answered(BaseModel):
    """An answer holds what its model names and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Page(Answered, Generic[Shown]):
    """A page of a list."""

    items: list[Shown]
    next_cursor: Annotated[str | None, Field(description="The `cursor` of the next page; null at the end.")]


class FieldFault(Answered):
    """A field that is wrong."""

    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901) into what was sent; empty: the whole of it.")]
    detail: str


class Problem(Answered):
    """Why a request was refused (RFC 9457), in the language of Accept-Language: es, en, pt or fr."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: Annotated[str, Field(description="What is wrong, and what to do.")]
    errors: Annotated[tuple[FieldFault, ...], Field(description="Every bad field; absent where none is to blame.")] = ()


class Nothing(BaseModel):
    """No fields: what is asked for is all in the address."""

    model_config = ConfigDict(extra="forbid")
