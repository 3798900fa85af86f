"""Lead time while a notice is being written: until when to publish it, and how many days there would be today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notify.notices.lead import in_time_until, lead
from notify.notices.notice import Notice
from notify.notices.pointers import get
from notify.notices.times import local_date
from notify.web.visit import Visit


@dataclass(frozen=True)
class LeadTime:
    """By the dates of the place. ``required`` days are asked for, None where no rule asks; ``until`` is their last day.

    ``days`` are left when the notice is published today.
    """

    starts: date
    days: int
    required: int | None
    until: date | None
    late: bool


def lead_time(visit: Visit, notice: Notice, content: dict[str, object] | None = None) -> LeadTime | None:
    """The lead time of a draft, or of other ``content`` of it; None while it has no dates."""
    said = notice.content if content is None else content
    starts, zone = get(said, "/period/starts"), get(said, "/period/timezone")
    if not isinstance(starts, str) or not isinstance(zone, str):
        return None
    policy = {4: visit.office.settings.lead_days}
    first = date.fromisoformat(starts[:10])
    found = lead(local_date(visit.now, zone), first, notice.measure, policy)
    return LeadTime(first, found.days, found.required, in_time_until(first, notice.measure, policy), found.late)
