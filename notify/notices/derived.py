"""What a node works out from the content of a notice, and never asks for: joint, combined, UTC, box, words to search.

These are columns beside the content: recomputed when the content changes, and the moments also when tzdata does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime

from notify.codes import VISIBILITIES
from notify.maps import geometry as maps
from notify.notices import times


def columns(content: Mapping[str, object]) -> dict[str, object]:
    """The columns of the table of notices that follow from a valid content; null while a draft does not say them.

    ``starts_at``, ``ends_at`` are moments; ``starts_on``, ``ends_on`` local dates; the box is in degrees, with
    west > east across 180°.
    """
    starts_at, ends_at = bounds(content) or (None, None)
    starts_on, ends_on = local_dates(content) or (None, None)
    west, south, east, north = bbox(content) or (None, None, None, None)
    return {
        "state": content["state"],
        "measure": content["measure"],
        "test": content.get("test") is True,
        "visibility": content.get("visibility", VISIBILITIES[0]),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "words": words(content),
    }


def is_joint(content: Mapping[str, object]) -> bool:
    """Whether two services or more of one state take part (doctrine's "joint"; es conjunto, fr interarmées)."""
    return len(set(_list(_object(content, "content"), "services"))) >= 2


def is_combined(content: Mapping[str, object]) -> bool:
    """Whether personnel of two states or more take part (doctrine's "combined"; fr multinational).

    A participant of whom no number is given takes part; one with nobody does not.
    """
    participants = [entry for entry in _list(content, "participants") if isinstance(entry, Mapping)]
    return len({entry["state"] for entry in participants if entry.get("personnel") != 0}) >= 2


def bounds(content: Mapping[str, object]) -> tuple[datetime, datetime] | None:
    """The moments between which the notice's period lies; None for a draft without one."""
    period = content.get("period")
    return times.utc_bounds(period) if isinstance(period, Mapping) else None


def utc(content: Mapping[str, object]) -> dict[str, str] | None:
    """`bounds` as the API shows them: ``{"starts": "2027-08-18T05:00:00Z", "ends": …}``."""
    moments = bounds(content)
    if moments is None:
        return None
    starts, ends = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in moments)
    return {"starts": starts, "ends": ends}


def local_dates(content: Mapping[str, object]) -> tuple[str, str] | None:
    """The first and the last day of the period where it takes place, as ``2027-03-13``."""
    period = content.get("period")
    return (str(period["starts"])[:10], str(period["ends"])[:10]) if isinstance(period, Mapping) else None


def bbox(content: Mapping[str, object]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the place with its radius, in degrees; west > east across 180°."""
    place = _object(content, "place")
    geometry, radius_km = place.get("geometry"), place.get("radius_km")
    if not isinstance(geometry, Mapping):
        return None
    return maps.bbox(geometry, radius_km if isinstance(radius_km, int | float) else None)


def words(content: Mapping[str, object]) -> str:
    """What a search looks in: folded, and only what every reader of the notice sees."""
    return fold(" ".join(_texts(content)))


def fold(words: str) -> str:
    """Words as a search compares them: in small letters, without accents, with single spaces."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def _texts(content: Mapping[str, object]) -> Iterator[str]:
    own = _object(content, "content")
    yield str(content.get("state", ""))
    for field in (content.get("title"), content.get("summary"), own.get("purpose")):
        if isinstance(field, Mapping):
            yield from map(str, field.values())
    for name in (own.get("designation"), own.get("programme"), _object(content, "place").get("name")):
        if isinstance(name, str):
            yield name
    for installation in _list(own, "installations"):
        if isinstance(installation, Mapping):
            yield str(installation["name"])
    if isinstance(content.get("note_reference"), str):
        yield str(content["note_reference"])


def _object(holder: Mapping[str, object], field: str) -> Mapping[str, object]:
    found = holder.get(field)
    return found if isinstance(found, Mapping) else {}


def _list(holder: Mapping[str, object], field: str) -> list[object]:
    found = holder.get(field)
    return found if isinstance(found, list) else []
