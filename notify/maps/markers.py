"""Numbered markers on a map: those that would cover each other are pushed apart and keep a line to their place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

RADIUS = 12.5
_APART = 2 * RADIUS + 4
_DIRECTIONS = 16


@dataclass(frozen=True)
class Marker:
    """Where a marker stands and, if it was pushed away, the place that it means."""

    x: float
    y: float
    place: tuple[float, float] | None = None


def spread(places: Sequence[tuple[float, float]], width: float, height: float) -> list[Marker]:
    """A marker for each place, in the same order; none within _APART of another as long as the picture has room.

    The first to come keeps its place. A marker pushed away goes as little far as it can, and also keeps off the places
    of the others, so that its line leads to the right one.
    """
    markers: list[Marker] = []
    for x, y in places:
        wanted = min(max(x, RADIUS), width - RADIUS), min(max(y, RADIUS), height - RADIUS)
        if _free(*wanted, markers, ()):
            markers.append(Marker(*wanted))
        else:
            others = [other for other in places if other != (x, y)]
            markers.append(_pushed(x, y, markers, others, width, height) or Marker(*wanted))
    return markers


def _pushed(
    x: float,
    y: float,
    markers: Sequence[Marker],
    others: Sequence[tuple[float, float]],
    width: float,
    height: float,
) -> Marker | None:
    for distance in range(32, int(math.hypot(width, height)), 10):
        for turn in range(_DIRECTIONS):
            # From below left on: most names stand above and to the right of what they name.
            angle = math.radians(158 + turn * (360 / _DIRECTIONS))
            tried = x + distance * math.cos(angle), y + distance * math.sin(angle)
            inside = RADIUS <= tried[0] <= width - RADIUS and RADIUS <= tried[1] <= height - RADIUS
            if inside and _free(*tried, markers, others):
                return Marker(*tried, place=(x, y))
    return None


def _free(x: float, y: float, markers: Sequence[Marker], others: Sequence[tuple[float, float]]) -> bool:
    return all(math.hypot(x - marker.x, y - marker.y) >= _APART for marker in markers) and all(
        math.hypot(x - other[0], y - other[1]) >= RADIUS + 3 for other in others
    )
