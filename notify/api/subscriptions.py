"""/subscriptions: over what a party and its people are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notify.api.call import Answer, Call
from notify.api.paging import paged
from notify.delivery import pings, subscriptions
from notify.delivery.subscription_models import Filters, Made, NewSubscription, SubscriptionChange
from notify.notices.view import rfc3339

FEED_FILES = {"atom": "notices.atom", "json": "notices.json", "calendar": "calendar.ics"}
"""The forms of a feed, as `urls` names them."""


async def list_subscriptions(call: Call) -> Answer:
    """GET /subscriptions: the party's official ones, and one's own"""
    rows = await subscriptions.list_of(call.connection, call.actor)
    return Answer(paged(call.request, [subscription_json(row) for row in rows]))


async def create(call: Call) -> Answer:
    """POST /subscriptions"""
    made = await subscriptions.create(call.acting, call.parsed(NewSubscription))
    return Answer(_made_json(call, made), 201, {"location": f"/api/v1/subscriptions/{made.row['id']}"})


async def get(call: Call) -> Answer:
    """GET /subscriptions/{id}"""
    return Answer(subscription_json(await subscriptions.get(call.connection, call.actor, call.path("id"))))


async def change(call: Call) -> Answer:
    """PATCH /subscriptions/{id} (RFC 7396: ``filters`` null takes them away)"""
    body = call.parsed(SubscriptionChange)
    if "filters" in body.model_fields_set and body.filters is None:
        body = body.model_copy(update={"filters": Filters()})
    return Answer(subscription_json(await subscriptions.change(call.acting, call.path("id"), body)))


async def delete(call: Call) -> Answer:
    """DELETE /subscriptions/{id}"""
    await subscriptions.delete(call.acting, call.path("id"))
    return Answer(None)


async def send_test(call: Call) -> Answer:
    """POST /subscriptions/{id}/test"""
    await pings.send_test(call.acting, call.path("id"))
    row = await subscriptions.get(call.connection, call.actor, call.path("id"))
    return Answer(subscription_json(row), 202)


async def rotate_secret(call: Call) -> Answer:
    """POST /subscriptions/{id}/rotate-secret"""
    return Answer(_made_json(call, await subscriptions.rotate_secret(call.acting, call.path("id"))))


def subscription_json(row: Mapping[str, Any]) -> dict[str, object]:
    """A subscription as whoever may see it sees it."""
    return {
        "id": row["id"],
        "party": row["party"],
        "kind": row["kind"],
        "channel": row["channel"],
        "address": row["address"] or None,
        "language": row["language"],
        "filters": subscriptions.filters_of(row),
        "active": row["active"],
        "disabled_reason": row["disabled_reason"],
        "confirmed": row["confirmed_at"] is not None,
        "failing_since": rfc3339(row["failing_since"]),
        "last_success_at": rfc3339(row["last_success_at"]),
        "created_at": rfc3339(row["created_at"]),
    }


def _made_json(call: Call, made: Made) -> dict[str, object]:
    shown = subscription_json(made.row)
    if made.secret is not None:
        shown["secret"] = made.secret
    if made.feed_token is not None:
        base = f"{call.office.settings.base_url}/feeds/{made.feed_token}"
        shown["urls"] = {form: f"{base}/{file}" for form, file in FEED_FILES.items()}
    return shown
