"""/events: what a party can read, in its own order, for whoever cannot receive webhooks."""

from __future__ import annotations

from notify.api.call import Answer, Call
from notify.api.paging import limit_and_cursor
from notify.feeds.events import event_items


async def list_events(call: Call) -> Answer:
    """GET /events; ``next_cursor`` is never null, and repeats ``after`` when nothing is new"""
    limit, _ = limit_and_cursor(call.request)
    after = int(call.request.query_params.get("after", "0"))
    items = await event_items(call.connection, call.actor, after, limit, call.say.language)
    return Answer({"items": items, "next_cursor": str(items[-1]["position"] if items else after)})
