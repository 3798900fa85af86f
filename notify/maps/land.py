"""What a view shows of the earth: land by country, borders, coasts, tiny islands, and the graticule."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from notify.maps import outlines
from notify.maps.outlines import Coordinates
from notify.maps.view import MARGIN, View, box_of, distances_km

TINY = 1.6
"""Points: land that is smaller both ways has no shape, it can only be a dot."""

_TOLERANCES = (0.35, 0.6, 1.0, 1.6, 2.5, 4.0)
"""How far off a simplified line may be, in points, finest first."""

_KM_OF_DEGREE = 111.2


@dataclass(frozen=True)
class Land:
    """Everything in points of the view, cut to it. ``shapes``: rings by country; ``dots``: the land of a country that
    is too small for a shape; ``borders`` run between two countries, ``coasts`` along the sea."""

    shapes: dict[str, list[Coordinates]]
    dots: dict[str, Coordinates]
    borders: list[Coordinates]
    coasts: list[Coordinates]


@dataclass(frozen=True)
class _Index:
    """All polygons in one list: their country, rings, box, and longer side in km; and all islands that are points."""

    codes: Sequence[str]
    polygons: Sequence[tuple[tuple[int, ...], ...]]
    boxes: Coordinates
    sizes: npt.NDArray[np.float64]
    islands: Coordinates
    islands_of: Sequence[str]


@functools.cache
def _index() -> _Index:
    countries = outlines.load().countries
    boxes = np.concatenate([country.boxes for country in countries.values()])
    wide = (boxes[:, 2] - boxes[:, 0]) * np.cos(np.radians((boxes[:, 1] + boxes[:, 3]) / 2))
    return _Index(
        [code for code, country in countries.items() for _ in country.polygons],
        [rings for country in countries.values() for rings in country.polygons],
        boxes,
        np.maximum(wide, boxes[:, 3] - boxes[:, 1]) * _KM_OF_DEGREE,
        np.concatenate([country.points for country in countries.values()]),
        [code for code, country in countries.items() for _ in country.points],
    )


@functools.lru_cache(maxsize=32)
def seen(view: View, most: int = 3_500) -> Land:
    """The land in a view, in the finest lines that have about ``most`` corners or fewer in it.

    Kept, because a map is asked for again and again: in each language, by each reader.
    """
    index = _index()
    visible = view.shows(index.boxes)
    tiny = index.sizes < TINY * view.km
    chosen = np.flatnonzero(visible & ~tiny).tolist()
    arcs = _arcs(view, sorted({max(i, ~i) for c in chosen for ring in index.polygons[c] for i in ring}), most)
    shapes: dict[str, list[Coordinates]] = {}
    for c in chosen:
        for ring in index.polygons[c]:
            shape = view.cut(np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]))
            if len(shape) > 2 and np.ptp(shape, axis=0).max() >= TINY:
                shapes.setdefault(index.codes[c], []).append(shape)
    known = outlines.load().borders
    borders = cut(view, [arc for i, arc in arcs.items() if i in known])
    coasts = cut(view, [arc for i, arc in arcs.items() if i not in known])
    return Land(shapes, _dots(view, np.flatnonzero(visible & tiny).tolist()), borders, coasts)


def _arcs(view: View, chosen: list[int], most: int) -> dict[int, Coordinates]:
    """The chosen arcs in points. Simplified arc by arc, so that neighbours go on sharing their border."""
    if not chosen:
        return {}
    arcs = outlines.load().arcs
    owners = np.repeat(np.arange(len(chosen)), [len(arcs[i]) for i in chosen])
    exact = shapely.linestrings(view.points(np.concatenate([arcs[i] for i in chosen])), indices=owners)
    left, top, right, bottom = shapely.bounds(exact).T
    away = 5 * MARGIN
    outside = (right < -away) | (bottom < -away) | (left > view.width + away) | (top > view.height + away)
    for tolerance in _TOLERANCES:
        # What lies well outside only has to stay outside.
        lines = shapely.simplify(exact, np.where(outside, away / 2, tolerance), preserve_topology=False)
        if shapely.get_num_points(lines[~outside]).sum() <= most:
            break
    points, owners = shapely.get_coordinates(lines, return_index=True)
    starts = np.searchsorted(owners, np.arange(1, len(chosen)))
    return dict(zip(chosen, np.split(points, starts), strict=True))


def cut(view: View, lines: Sequence[Coordinates]) -> list[Coordinates]:
    """The parts of lines inside the view, joined end to end where just two meet: dashes go on without a break."""
    if not lines:
        return []
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    drawn = shapely.linestrings(np.concatenate(lines), indices=owners)
    clipped = shapely.clip_by_rect(drawn, -MARGIN, -MARGIN, view.width + MARGIN, view.height + MARGIN)
    parts = shapely.get_parts(clipped)
    parts = parts[(shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & (shapely.length(parts) > 0)]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return [shapely.get_coordinates(line) for line in merged]


def _dots(view: View, tiny: list[int]) -> dict[str, Coordinates]:
    """Where the tiny polygons and the islands that are points lie, largest first."""
    index = _index()
    found: dict[str, list[tuple[float, float]]] = {}
    tiny.sort(key=lambda c: (-index.sizes[c], c))
    west, south, east, north = index.boxes[tiny].T
    places = np.column_stack(((west + east) / 2, (south + north) / 2))
    shown = view.shows(np.column_stack((index.islands, index.islands)))
    owners = [index.codes[c] for c in tiny] + [index.islands_of[i] for i in np.flatnonzero(shown).tolist()]
    for code, (x, y) in zip(owners, view.points(np.concatenate((places, index.islands[shown]))).tolist(), strict=True):
        if view.holds(x, y):
            found.setdefault(code, []).append((x, y))
    return {code: np.array(points) for code, points in found.items()}


def nearest_km(lon: float, lat: float, country: str) -> float:
    """About how far the nearest corner of a country's outline is; inf for a code without outlines. To choose a view."""
    corners = outlines.vertices(country)
    return float(distances_km((lon, lat), corners).min()) if len(corners) else math.inf


def graticule(view: View) -> list[Coordinates]:
    """Meridians and parallels in the view, some three to six of each."""
    west, south, east, north = view.bounds()
    span = min(view.width, view.height) * view.km / _KM_OF_DEGREE
    rows = next((step for step in (1, 2, 5, 10, 15) if step >= span / 4), 30)
    widest = max(math.cos(math.radians(lat)) for lat in (south, north, view.lat))
    columns = next((step for step in (1, 2, 5, 10, 15, 30, 45) if step * widest >= span / 4), 90)
    lines = []
    for lat in _multiples(rows, max(south, -89), min(north, 89)):
        lons = np.linspace(west, east, 73)
        lines.append(np.column_stack((lons, np.full_like(lons, lat))))
    # Meridians end a row before the poles, where they would run together.
    lats = np.linspace(max(south, rows - 90), min(north, 90 - rows), 37)
    for lon in _multiples(columns, west, min(east, west + 360 - columns / 2)):
        lines.append(np.column_stack((np.full_like(lats, lon), lats)))
    if not lines:
        return []
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    drawn = shapely.simplify(shapely.linestrings(view.points(np.concatenate(lines)), indices=owners), 0.3)
    near = [line for line in map(shapely.get_coordinates, shapely.get_parts(drawn)) if _reaches(view, line)]
    return cut(view, near)


def _reaches(view: View, line: Coordinates) -> bool:
    left, top, right, bottom = box_of(line)
    return right >= -MARGIN and bottom >= -MARGIN and left <= view.width + MARGIN and top <= view.height + MARGIN


def _multiples(step: int, least: float, most: float) -> Iterator[int]:
    yield from range(math.ceil(least / step) * step, math.floor(most / step) * step + 1, step)
