"""What is new in a notice for a party, in sentences: since the revision that it acknowledged, or as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from notify import formats
from notify.errors import LifecycleError
from notify.language import Text, text
from notify.notices.changes import Change, changes
from notify.notices.notice import Content, Notice
from notify.observers.rules import check_open, check_reply_by, invites
from notify.web.notice_lookups import Receipt
from notify.web.visit import Visit

_PARTS: Mapping[str, Text] = {
    "title": text("the title"),
    "summary": text("the summary"),
    "period": text("the dates"),
    "place": text("the place"),
    "participants": text("the personnel"),
    "contact": text("the point of contact"),
    "visibility": text("who may read it"),
    "also_notify": text("who else is told"),
    "note_reference": text("the reference of the note"),
    "content": text("the activity"),
    "observation": text("the invitation to observers"),
    "outcome": text("the outcome"),
}


def changed_parts(found: Iterable[Change]) -> list[Text]:
    """The parts of a notice in which something changed, each once: “the dates”, “the personnel”."""
    names = dict.fromkeys(change["pointer"].split("/")[1] for change in found if change["pointer"])
    return [_PARTS[name] for name in names if name in _PARTS]


def status_sentence(visit: Visit, notice: Notice) -> Text | None:
    """What became of the event; None while it is in force."""
    state = visit.name(notice.state)
    match notice.status:
        case "postponed":
            return text("%(state)s postponed the event without new dates.", state=state)
        case "cancelled":
            return text("%(state)s cancelled the event.", state=state)
        case "withdrawn":
            return text("%(state)s withdrew the notice: it was issued in error.", state=state)
        case "completed":
            return text("%(state)s reports that the event took place.", state=state)
    return None


def news(visit: Visit, notice: Notice, receipt: Receipt | None, before: Content | None) -> list[Text]:
    """What the reader's party has not acknowledged yet; ``before`` is what the revision of ``receipt`` said."""
    status = status_sentence(visit, notice)
    found = [status] if status is not None else []
    if receipt is None or before is None:
        return [*found, *_as_a_whole(visit, notice)]
    changed = changes(before, notice.content)
    starts = next((change for change in changed if change["pointer"] == "/period/starts"), None)
    if starts is not None and starts["before"] and starts["after"]:
        first, then = (_short(visit, str(starts[side])) for side in ("before", "after"))
        found.append(text("The start moved from %(before)s to %(after)s.", before=first, after=then))
    others = changed_parts(c for c in changed if starts is None or not c["pointer"].startswith("/period"))
    if others:
        said = visit.listed([visit.say(part) for part in others])
        found.append(text("Changed: %(parts)s.", parts=said))
    found.append(
        text(
            "%(party)s acknowledged revision %(n)s on %(day)s.",
            party=visit.name(visit.code),
            n=receipt.revision,
            day=visit.day(receipt.at),
        )
    )
    return found


def invites_still(visit: Visit, notice: Notice, *, told: bool) -> bool:
    """Whether the reader's party may propose observers now: it is invited, and the last day for it is not over."""
    observation = notice.content.get("observation")
    if not observation or not invites(observation, visit.code, {visit.code} if told else (), visit.directory):
        return False
    try:
        check_open(notice.status)
        check_reply_by(observation, notice.content["period"]["timezone"], visit.now)
    except LifecycleError:
        return False
    return True


def _as_a_whole(visit: Visit, notice: Notice) -> list[Text]:
    period, place = notice.content["period"], notice.content["place"]["name"]
    dates = formats.from_to(visit.language, period["starts"], period["ends"])
    found = [text("%(dates)s, %(place)s.", dates=dates[:1].upper() + dates[1:], place=place)]
    reply_by = (notice.content.get("observation") or {}).get("reply_by")
    if reply_by and invites_still(visit, notice, told=True):
        day = formats.day_month(visit.language, reply_by)
        found.append(text("It invites observers: reply by %(day)s.", day=day))
    return found


def _short(visit: Visit, moment: str) -> str:
    write = formats.day_month if moment[:4] == str(visit.today.year) else formats.full_date
    day = write(visit.language, moment)
    return f"{day}, {formats.clock(moment)}" if "T" in moment else day
