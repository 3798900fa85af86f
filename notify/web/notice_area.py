"""The area of a notice in words: where its middle is, and how far the nearest states are, beside its map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from notify.language import Text, text
from notify.maps import geometry, outlines
from notify.maps.land import nearest_km
from notify.notices.notice import Content
from notify.web.reader import reader

SHOWN = 3
"""States at most in the list of distances."""

FAR_KM = 500
NEAR_KM = 5
"""The outlines are good to about 2 km: nothing is said more exactly than this."""


def centre_of(content: Content) -> tuple[float, float] | None:
    """Longitude and latitude of the middle of the area; None without one."""
    place: Mapping[str, Any] = content.get("place") or {}
    outline = place.get("geometry")
    return geometry.centre(outline) if outline else None


def nearest(content: Content, state: str) -> list[tuple[str, Text]]:
    """(code, distance in words) of the states nearest to the middle of the area, other than its own, at most `SHOWN`.

    Of states farther than `FAR_KM` only the nearest is named, so that the list is never empty.
    """
    middle, directory = centre_of(content), reader().directory
    if middle is None or directory is None:
        return []
    codes = tuple(party.code for party in directory.states() if party.code != state and party.code in outlines.codes())
    found = _distances(*middle, codes)[:SHOWN]
    near = [pair for pair in found if pair[1] <= FAR_KM]
    shown = near + [pair for pair in found if pair[1] > FAR_KM][: 1 if len(near) < SHOWN else 0]
    return [(code, _words(km)) for code, km in shown]


@lru_cache(maxsize=512)
def _distances(lon: float, lat: float, codes: Sequence[str]) -> list[tuple[str, float]]:
    """Distances in km from a place to the land of states, nearest first; the nearest few exactly."""
    rough = sorted(codes, key=lambda code: nearest_km(lon, lat, code))
    exact = [(code, geometry.distance_km(lon, lat, code)) for code in rough[: 2 * SHOWN]]
    return sorted(exact, key=lambda pair: pair[1])


def _words(km: float) -> Text:
    if km < NEAR_KM:
        return text("less than %(km)s km", km=NEAR_KM)
    if km > FAR_KM:
        return text("more than %(km)s km", km=FAR_KM)
    step = 5 if km < 200 else 10
    return text("about %(km)s km", km=round(km / step) * step)
