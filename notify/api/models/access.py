"""Tokens, the audit log and the keys that verify revisions, as the API answers them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from notify.actor import Scope
from notify.api.models.shared import Answered, Code, Moment, Page, Sha256, Uuid
from notify.notices.fields import STRICT


class NewToken(BaseModel):
    """A token for oneself: never wider than the one that makes it, and not outlasting it."""

    model_config = STRICT

    name: Annotated[str, Field(min_length=1, max_length=100, description="Of the program that will use it.")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=8)]
    days: Annotated[int, Field(ge=1, le=366, description="How long it lasts.")] = 90


class Token(Answered):
    """A token of the API, without its secret."""

    id: Uuid
    person: str
    name: str
    hint: Annotated[str, Field(description="How it begins.")]
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment
    used_at: Moment | None


class TokenList(Page[Token]):
    """Tokens that hold, the newest first."""


class TokenMade(Token):
    """A token with its secret, which is shown this once."""

    token: str


class AuditActor(Answered):
    """Who acted; identifiers only."""

    kind: Literal["person", "token", "link", "command", "worker"]
    id: str | None
    token: str | None


class AuditObject(Answered):
    """What was acted on."""

    kind: str
    id: str


class AuditLine(Answered):
    """One act in the audit log."""

    position: Annotated[int, Field(ge=0)]
    at: Moment
    act: str
    actor: AuditActor
    party: Code | None
    object: AuditObject
    facts: dict[str, str | int | bool | None]
    leaf_hash: Sha256


class AuditList(Page[AuditLine]):
    """Acts, the newest first."""


class KeySet(Answered):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]
