"""The queues of the start page, in words: to acknowledge, to decide, what does not arrive; and our own at the side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from notify.language import Text, ntext, text
from notify.notices.lead import in_time_until
from notify.notices.notice import Content, Notice
from notify.observers.attendance import Attendance
from notify.web.notice_lookups import Receipt
from notify.web.notice_news import news
from notify.web.visit import Visit

SOON = 14
"""Days: what starts within them is marked so."""


@dataclass(frozen=True)
class ToAcknowledge:
    """A notice whose latest revision the party has not acknowledged."""

    notice: Notice
    receipt: Receipt | None
    sentences: Sequence[Text]
    starts_soon: bool


@dataclass(frozen=True)
class ToDecide:
    """The observers that parties propose for one of our notices."""

    notice: Notice
    title: str
    seats: Text | None
    n: int
    reply_by: str | None


@dataclass(frozen=True)
class NotArriving:
    """Those told of one of our notices whom no channel has reached."""

    notice: Notice
    title: Text
    sentences: Sequence[Text]
    n: int


@dataclass(frozen=True)
class Draft:
    """A draft of ours; ``until`` is the last day on which publishing keeps the lead time of ``required`` days."""

    notice: Notice
    until: date | None
    required: int


def to_acknowledge(visit: Visit, notice: Notice, receipt: Receipt | None, before: Content | None) -> ToAcknowledge:
    """An item of the first queue; ``before`` is what the notice said at the revision of ``receipt``."""
    soon = notice.status == "published" and 0 <= _days_to(visit, notice) <= SOON
    return ToAcknowledge(notice, receipt, news(visit, notice, receipt, before), soon)


def to_decide(visit: Visit, rows: Sequence[Attendance], named: Mapping[str, Notice]) -> list[ToDecide]:
    """The observers that wait for a decision, by notice: “Bolivia proposes 2 people and Ecuador proposes 1 person”."""
    proposed: dict[str, Counter[str]] = {}
    for row in rows:
        proposed.setdefault(row["notice_id"], Counter())[row["party"]] += 1
    return [_of_notice(visit, named[key], parties) for key, parties in proposed.items() if key in named]


def _of_notice(visit: Visit, notice: Notice, parties: Mapping[str, int]) -> ToDecide:
    each = [
        ntext("%(party)s proposes %(n)s person", "%(party)s proposes %(n)s people", n, party=visit.name(code))
        for code, n in parties.items()
    ]
    observation = notice.content.get("observation") or {}
    seats, left = observation.get("seats"), None
    if seats is not None:
        free = max(seats - notice.seats_taken, 0)
        left = ntext("%(n)s of %(seats)s seats is free.", "%(n)s of %(seats)s seats are free.", free, seats=seats)
    title = visit.listed([visit.say(words) for words in each])
    return ToDecide(notice, title, left, sum(parties.values()), observation.get("reply_by"))


def not_arriving(
    visit: Visit, notice: Notice, parties: Sequence[str], failures: Sequence[Mapping[str, Any]]
) -> NotArriving:
    """An item of what does not arrive; ``failures`` are deliveries that failed for good, oldest first."""
    last = {row["party"]: row for row in failures if row["notice_id"] == notice.id}
    sentences = [_failure(visit, code, last[code]) for code in parties if code in last]
    silent = [visit.name(code) for code in parties if code not in last]
    if silent:
        sentences.append(
            ntext("%(parties)s has no channel that works.", "%(parties)s have no channel that works.", len(silent),
                  parties=visit.listed(silent))
        )  # fmt: skip
    title = ntext(
        "%(parties)s has not received revision %(revision)s",
        "%(parties)s have not received revision %(revision)s",
        len(parties),
        parties=visit.listed([visit.name(code) for code in parties]),
        revision=notice.revision,
    )
    return NotArriving(notice, title, sentences, len(parties))


def _failure(visit: Visit, code: str, row: Mapping[str, Any]) -> Text:
    party, day = visit.name(code), visit.day(row["finished_at"])
    if row["status"] == "bounced":
        return text("The mail to %(party)s bounced on %(day)s.", party=party, day=day)
    return text("Sending to %(party)s was given up on %(day)s.", party=party, day=day)


def draft(visit: Visit, notice: Notice) -> Draft:
    """A draft, with the day by which it is to be published."""
    required = {4: visit.office.settings.lead_days}
    starts_on = date.fromisoformat(notice.starts_on) if notice.starts_on else None
    until = in_time_until(starts_on, notice.measure, required) if starts_on is not None else None
    return Draft(notice, until, required.get(notice.measure, 0))


def _days_to(visit: Visit, notice: Notice) -> int:
    return (date.fromisoformat(notice.starts_on) - visit.today).days if notice.starts_on else -1
