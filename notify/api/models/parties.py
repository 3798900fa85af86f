"""Parties and who is next to whom, as the API answers it, and the table as it is sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from notify.api.models.shared import Answered, Code, Page, Sha256
from notify.codes import Border, Confidence, Language, PartyKind, PartyStatus
from notify.notices.fields import STRICT


class Party(Answered):
    """A state, by its ISO 3166-1 alpha-3 code, or an organisation."""

    code: Code
    kind: PartyKind
    alpha2: str | None
    names: dict[Language, str]
    timezone: str
    languages: Annotated[list[str], Field(description="Official languages.")]
    status: PartyStatus
    ministry: str


class PartyList(Page[Party]):
    """Parties, by code."""


class EdgeShown(Answered):
    """Two neighbouring states. It says nothing of where a line runs, or whose it is."""

    a: Code
    b: Code
    kind: Border
    confidence: Confidence
    since: Annotated[int, Field(description="The version that brought it.")]
    reason: str


class External(Answered):
    """A territory administered by a state outside the OAS that borders a state."""

    state: Code
    territory: str
    administered_by: str
    kind: Border


class Adjacency(Answered):
    """One version of the whole table of neighbouring states."""

    version: int
    sha256: Sha256
    edges: list[EdgeShown]
    external: list[External]


class EdgeGiven(BaseModel):
    """Two neighbouring states, in either order."""

    model_config = STRICT

    a: Annotated[str, Field(max_length=16, examples=["BOL"])]
    b: Annotated[str, Field(max_length=16, examples=["PER"])]
    kind: Border
    confidence: Confidence = "high"
    reason: Annotated[str, Field(max_length=500, description="Of this pair; that of the version unless given.")] = ""
    since: Annotated[int | None, Field(description="As it was read: ignored.")] = None


class AdjacencyBody(BaseModel):
    """The whole table, which replaces the one before."""

    model_config = STRICT

    edges: Annotated[list[EdgeGiven], Field(max_length=5_000)]
    reason: Annotated[str, Field(min_length=1, max_length=500, description="Kept with the new version.")]
    version: Annotated[
        int | None, Field(ge=0, le=2_147_483_647, description="The version that this was made from; another: 412.")
    ] = None
    sha256: Annotated[str | None, Field(max_length=64, description="As it was read: ignored.")] = None
    external: Annotated[
        list[dict[str, str]] | None, Field(max_length=5_000, description="As it was read: ignored.")
    ] = None
