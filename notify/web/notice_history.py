"""The history of a notice as its viewer may see it, in sentences, the newest first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from notify.language import Text, ntext, text
from notify.notices.acknowledgements import Acknowledgement
from notify.notices.history import Revision
from notify.notices.notice import Notice
from notify.notices.tables import events
from notify.observers.attendance import Attendance
from notify.web.visit import Visit
from notify.words import word


@dataclass(frozen=True)
class Line:
    """One line: ``head`` is printed bold before ``sentences``; ``main`` for a revision, ``bad`` for what stopped."""

    at: datetime
    sentences: Sequence[Text]
    head: Text | None = None
    main: bool = False
    bad: bool = False


@dataclass(frozen=True)
class Seen:
    """What a viewer has been given to read of a notice; ``all`` for its poster and auditors."""

    revisions: Sequence[Revision]
    receipts: Sequence[Acknowledgement]
    deliveries: Sequence[Mapping[str, Any]]
    attendance: Sequence[Attendance]
    steps: Sequence[Mapping[str, Any]]
    told: int
    names: Mapping[str, str]
    all: bool


async def steps_of(connection: AsyncConnection, rows: Sequence[Attendance]) -> Sequence[Mapping[str, Any]]:
    """The events of attendances that a viewer was given, oldest first; ``facts`` are parsed."""
    if not rows:
        return []
    e = events.c
    found = await connection.execute(
        sa.select(e.type, e.at, e.attendance_id, e.facts)
        .where(e.attendance_id.in_([row["id"] for row in rows]))
        .order_by(e.serial)
    )
    return [{**row, "facts": json.loads(row["facts"])} for row in found.mappings()]


def history(visit: Visit, notice: Notice, seen: Seen) -> list[Line]:
    """Every line, the newest first."""
    found: list[Line] = []
    if seen.all:
        author = seen.names.get(str(notice.created_by), "")
        begun = text("Draft begun by %(name)s.", name=author) if author else text("Draft begun.")
        found.append(Line(notice.created_at, [begun]))
    found += _revisions(visit, notice, seen)
    found += _receipts(visit, notice, seen)
    found += _failures(visit, seen)
    found += _observers(visit, notice, seen)
    # What came of an act stands above the act, where both have the same moment.
    return sorted(found, key=lambda line: line.at)[::-1]


def _revisions(visit: Visit, notice: Notice, seen: Seen) -> Iterator[Line]:
    for revision in reversed(seen.revisions):
        n = revision["revision"]
        author = seen.names.get(str(revision["published_by"]), "") if seen.all else ""
        sentences = [text("by %(name)s.", name=author or visit.name(notice.state))]
        if seen.all and n == notice.revision:
            sentences.append(ntext("%(n)s party told.", "%(n)s parties told.", seen.told))
        if not seen.all:
            sentences += _own_deliveries(visit, seen, n)
        yield Line(revision["published_at"], sentences, _revision_head(revision["step"], n), main=True)


def _revision_head(step: str, n: int) -> Text:
    match step:
        case "postponed":
            return text("Event postponed: revision %(n)s", n=n)
        case "cancelled":
            return text("Event cancelled: revision %(n)s", n=n)
        case "completed":
            return text("Event completed: revision %(n)s", n=n)
        case "withdrawn":
            return text("Notice withdrawn as issued in error: revision %(n)s", n=n)
    return text("Revision %(n)s published", n=n)


def _own_deliveries(visit: Visit, seen: Seen, n: int) -> Iterator[Text]:
    """Over which channels the viewer's own party got a revision, and when."""
    got: dict[str, datetime] = {}
    for row in seen.deliveries:
        if row["revision"] == n and row["status"] in ("handed_over", "delivered"):
            got.setdefault(row["channel"], row["finished_at"])
    if got:
        by = [
            visit.say(text("by %(channel)s at %(time)s", channel=word("channel", channel), time=visit.clock(at)))
            for channel, at in got.items()
        ]
        yield text("%(party)s received it %(channels)s.", party=visit.name(visit.code), channels=visit.listed(by))


def _receipts(visit: Visit, notice: Notice, seen: Seen) -> Iterator[Line]:
    for receipt in seen.receipts:
        own = receipt["party"] == visit.code
        person = seen.names.get(str(receipt["by_person"]), "") if own or seen.all else ""
        who = visit.name(receipt["party"]) if not own or not person else person
        sentence = text("%(who)s acknowledged revision %(n)s.", who=who, n=receipt["revision"])
        yield Line(receipt["at"], [sentence])


def _failures(visit: Visit, seen: Seen) -> Iterator[Line]:
    for row in seen.deliveries:
        if row["status"] not in ("bounced", "dead") or row["finished_at"] is None:
            continue
        party, n = visit.name(row["party"]), row["revision"]
        if row["status"] == "bounced":
            sentence = text("The mail to %(party)s with revision %(n)s bounced.", party=party, n=n)
        else:
            channel = word("channel", row["channel"])
            sentence = text(
                "Sending revision %(n)s to %(party)s by %(channel)s was given up.", party=party, n=n, channel=channel
            )
        yield Line(row["finished_at"], [sentence], bad=True)


def _observers(visit: Visit, notice: Notice, seen: Seen) -> Iterator[Line]:
    rows = {row["id"]: row for row in seen.attendance}
    requested: set[str] = set()
    for step in seen.steps:
        row = rows.get(step["attendance_id"])
        if row is None:
            continue
        sentence = _step(visit, notice, row, step, asked=row["id"] in requested)
        if step["type"] == "attendance.requested":
            requested.add(row["id"])
        if sentence is not None:
            yield Line(step["at"], [sentence], bad=step["type"] in ("attendance.declined", "attendance.revoked"))


def _step(visit: Visit, notice: Notice, row: Attendance, step: Mapping[str, Any], *, asked: bool) -> Text | None:
    name, party, host = row["name"], visit.name(row["party"]), visit.name(notice.state)
    match step["type"]:
        case "attendance.requested":
            return text("%(name)s, %(party)s, asked to attend.", name=name, party=party)
        case "attendance.endorsed" if asked:
            return text("%(party)s endorsed %(name)s.", name=name, party=party)
        case "attendance.endorsed":
            return text("%(party)s proposed %(name)s as an observer.", name=name, party=party)
        case "attendance.approved":
            return text("%(host)s approved %(name)s, %(party)s.", host=host, name=name, party=party)
        case "attendance.declined":
            return text("%(host)s declined %(name)s, %(party)s.", host=host, name=name, party=party)
        case "attendance.waitlisted":
            return text("%(host)s put %(name)s, %(party)s, on the waiting list.", host=host, name=name, party=party)
        case "attendance.revoked":
            return text("%(host)s revoked the approval of %(name)s, %(party)s.", host=host, name=name, party=party)
        case "attendance.withdrawn":
            return text("%(party)s withdrew %(name)s.", name=name, party=party)
        case "attendance.replied":
            reply = word("reply", step["facts"].get("reply", "needs-action"))
            return text("%(name)s, %(party)s, answered: %(reply)s.", name=name, party=party, reply=reply)
    return None
