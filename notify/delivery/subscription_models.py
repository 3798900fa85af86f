"""The bodies that subscriptions are made of and changed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["es", "en", "pt", "fr"]

Subscription = Mapping[str, Any]
"""A row of `subscriptions`."""


class Filters(BaseModel):
    """What a personal subscription is narrowed to; an absent list narrows nothing."""

    model_config = ConfigDict(extra="forbid")

    measures: list[Literal[4, 5, 18]] | None = Field(default=None, max_length=3)
    states: list[str] | None = Field(default=None, max_length=40)
    rules: list[str] | None = Field(default=None, max_length=10)


class NewSubscription(BaseModel):
    """What a subscription is made of; ``address`` is a mail address or an https URL, and absent for a feed."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["email", "webhook", "feed"]
    kind: Literal["official", "personal"]
    address: str | None = Field(default=None, max_length=2000)
    language: Language | None = None
    filters: Filters | None = None


class SubscriptionChange(BaseModel):
    """What of a subscription can be changed; what is not given stays."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = None
    filters: Filters | None = None
    active: bool | None = None


@dataclass(frozen=True)
class Made:
    """A subscription as it was made; its secret or its feed's token is shown this once."""

    row: Subscription
    secret: str | None = None
    feed_token: str | None = None
