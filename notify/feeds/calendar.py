"""iCalendar (RFC 5545), METHOD:PUBLISH: a calendar to subscribe to, without attendees."""

from __future__ import annotations

from collections.abc import Sequence

from notify.calendars.entry import Entry
from notify.calendars.feed import feed
from notify.feeds.items import Item
from notify.maps.geometry import centre

MEDIA_TYPE = "text/calendar"
_STANDS = ("published", "completed")
"""Statuses in which the dates stand; a postponed notice has taken its dates back, so no calendar shows them as due."""


def render(items: Sequence[Item], title: str, organizer: str) -> bytes:
    """The calendar; ``organizer`` is the node's own address, which METHOD:PUBLISH asks for (RFC 5546, 3.2.1)."""
    return feed([_entry(item) for item in items], title, organizer=organizer)


def _entry(item: Item) -> Entry:
    notice, content = item.notice, item.notice.content
    period = content["period"]
    longitude, latitude = centre(content["place"]["geometry"])
    assert notice.latest_at is not None
    return Entry(
        uid=f"notice-{notice.id}",
        sequence=notice.revision - 1,
        dtstamp=notice.latest_at,
        summary=item.title,
        description="\n".join([*item.lines, item.url]),
        location=item.place,
        geo=(round(latitude, 5), round(longitude, 5)),
        starts=period["starts"],
        ends=period["ends"],
        timezone=period["timezone"],
        all_day=period["all_day"],
        status="CONFIRMED" if notice.status in _STANDS else "CANCELLED",
        url=item.url,
        public=notice.visibility == "public",
        categories=(f"measure-{notice.measure}", *(["test"] if notice.test else [])),
        last_modified=notice.latest_at,
    )
