"""Subscriptions and events, as the API answers them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from notify.api.models.shared import Answered, Code, Moment, Page, Uuid
from notify.codes import Channel, Event, Language, Measure, Rule, SubscriptionKind


class FiltersShown(Answered):
    """What a personal subscription is narrowed to; an absent list narrows nothing."""

    measures: tuple[Measure, ...] = ()
    states: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


class FeedUrls(Answered):
    """The addresses of a feed. They prove who asks, and are shown this once."""

    atom: str
    json_: Annotated[str, Field(alias="json")]
    calendar: str


class Subscription(Answered):
    """A channel over which a party or a person is told."""

    id: Uuid
    party: Code
    kind: SubscriptionKind
    channel: Channel
    address: Annotated[str | None, Field(description="A mail address or a URL; null for a feed.")]
    language: Language
    filters: FiltersShown | None
    active: bool
    disabled_reason: Annotated[str | None, Field(description="gone, owner or unsubscribed; null while active.")]
    confirmed: Annotated[bool, Field(description="A mail address is confirmed by the link that was sent to it.")]
    failing_since: Moment | None
    last_success_at: Moment | None
    created_at: Moment


class SubscriptionList(Page[Subscription]):
    """The party's official ones, then the caller's own."""


class SubscriptionMade(Subscription):
    """A subscription with what is shown this once."""

    secret: Annotated[str, Field(description="Of a webhook, by the Standard Webhooks specification.")] = ""
    urls: Annotated[FeedUrls | None, Field(description="Of a feed.")] = None


class EventShown(Answered):
    """What a webhook carries, with its place in the party's own order."""

    position: Annotated[int, Field(ge=1)]
    type: Event
    timestamp: Moment
    data: dict[str, Any]


class EventList(Answered):
    """Events after a position, the oldest first."""

    items: list[EventShown]
    next_cursor: Annotated[str, Field(description="The `after` of the next request; the same when nothing is new.")]
