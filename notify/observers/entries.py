"""The calendar entry of an observer: what the invitation says, in the observer's language; plain values."""

from __future__ import annotations

from typing import Any

from notify import formats
from notify.language import Translator, pick, text, translator
from notify.maps.geometry import centre
from notify.notices.notice import Notice
from notify.notices.times import observation_period


def entry_for(notice: Notice, language: str, base_url: str) -> dict[str, Any]:
    """The entry without what changes from one invitation to the next (uid, sequence, stamps): equal means unchanged.

    The event is ``observation.period``, or else the notice's own.
    """
    say = translator(language)
    content = notice.content
    period = observation_period(content) or content["period"]
    title, _ = pick(content.get("title"), language)
    designation = f"{notice.reference} {title}"
    summary = say(text("[TEST] %(subject)s", subject=designation)) if notice.test else designation
    longitude, latitude = centre(content["place"]["geometry"])
    return {
        "summary": summary,
        "description": _description(notice, language, say, base_url),
        "location": _location(content),
        "geo": [round(latitude, 5), round(longitude, 5)],
        "starts": period["starts"],
        "ends": period["ends"],
        "timezone": period["timezone"],
        "all_day": period["all_day"],
        "url": f"{base_url}/notices/{notice.id}",
        "public": notice.visibility == "public",
    }


def _location(content: dict[str, Any]) -> str:
    arrival = (content.get("observation") or {}).get("arrival") or {}
    place = content["place"]["name"]
    return f"{arrival['place']} – {place}" if arrival.get("place") else str(place)


def _description(notice: Notice, language: str, say: Translator, base_url: str) -> str:
    content = notice.content
    observation = content.get("observation") or {}
    lines = []
    if notice.test:
        lines.append(say(text("This is a test of the system. It announces no activity.")))
    summary, _ = pick(content.get("summary"), language)
    if summary:
        lines.append(summary)
    arrival = observation.get("arrival") or {}
    if arrival.get("at"):
        at = f"{formats.long_date(language, arrival['at'])}, {formats.clock(arrival['at'])}"
        zone = formats.city(language, content["period"]["timezone"])
        words = text("Arrival: %(place)s, %(at)s (%(zone)s)", place=arrival.get("place", ""), at=at, zone=zone)
        lines.append(say(words))
    for item in observation.get("programme") or []:
        what, _ = pick(item["item"], language)
        lines.append(f"{formats.short_day(language, item['at'])}, {formats.clock(item['at'])}: {what}")
    remarks, _ = pick(observation.get("remarks"), language)
    if remarks:
        lines.append(remarks)
    contact = content.get("contact") or {}
    who = ", ".join(str(contact[name]) for name in ("name", "office", "email", "phone") if contact.get(name))
    if who:
        lines.append(say(text("Point of contact: %(who)s", who=who)))
    lines.append(f"{base_url}/notices/{notice.id}")
    return "\n".join(lines)
