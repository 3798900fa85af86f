"""Subscriptions as pages show them: how one stands, what narrows it, and what the reader may do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from notify.actor import Actor
from notify.delivery.subscription_models import Subscription
from notify.delivery.subscriptions import filters_of
from notify.feeds.routes import FILES
from notify.language import Text, text
from notify.web.visit import Visit
from notify.words import word

Standing = Literal["works", "unconfirmed", "failing", "off", "gone", "unsubscribed"]

FEED_FORMS = {"notices.atom": "Atom", "notices.json": "JSON Feed", "calendar.ics": "iCalendar"}
"""What each file of a feed is called; the names are those of their specifications."""


@dataclass(frozen=True)
class Shown:
    """One subscription. ``is_last``: the party's last official one that works, which stays on."""

    row: Subscription
    standing: Standing
    filters: Sequence[Text]
    is_last: bool
    may_change: bool


def shown_of(visit: Visit, actor: Actor, rows: Sequence[Subscription]) -> list[Shown]:
    """The subscriptions of a party's reader, in their order."""
    working = [row["id"] for row in rows if row["kind"] == "official" and is_working(row)]
    return [
        Shown(row, standing_of(row), narrowed(visit, row), working == [row["id"]], _may_change(actor, row))
        for row in rows
    ]


def is_working(row: Subscription) -> bool:
    """Whether something can be delivered to it, as `notify.delivery.expansion.working` has it."""
    return bool(row["active"]) and (row["channel"] == "webhook" or (row["channel"] == "email" and _confirmed(row)))


def standing_of(row: Subscription) -> Standing:
    """How it stands now."""
    if not row["active"]:
        reasons: dict[str, Standing] = {"gone": "gone", "unsubscribed": "unsubscribed"}
        return reasons.get(row["disabled_reason"] or "", "off")
    if row["channel"] == "email" and not _confirmed(row):
        return "unconfirmed"
    return "failing" if row["failing_since"] is not None else "works"


def narrowed(visit: Visit, row: Subscription) -> list[Text]:
    """What a personal subscription is narrowed to, a sentence a filter; nothing: it gets all that the party is told."""
    filters = filters_of(row) or {}
    measures = visit.listed([visit.say(word("measure", measure)) for measure in filters.get("measures", [])])
    states = visit.listed([visit.name(code) for code in filters.get("states", [])])
    rules = visit.listed([visit.say(word("rule", rule)) for rule in filters.get("rules", [])])
    found = (
        (measures, text("Measures: %(which)s", which=measures)),
        (states, text("States: %(which)s", which=states)),
        (rules, text("Because of: %(which)s", which=rules)),
    )
    return [sentence for which, sentence in found if which]


def feed_urls(base_url: str, token: str) -> list[tuple[str, str]]:
    """(what it is called, address) of each form of a feed."""
    return [(FEED_FORMS[file], f"{base_url}/feeds/{token}/{file}") for file in FILES]


def _confirmed(row: Subscription) -> bool:
    return row["confirmed_at"] is not None


def _may_change(actor: Actor, row: Subscription) -> bool:
    return actor.has("manager") if row["kind"] == "official" else row["person_id"] == actor.person_id
