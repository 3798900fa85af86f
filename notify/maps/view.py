"""A window on the earth: which place is its middle, how many kilometres a point is, and what falls into it.

The picture is azimuthal equidistant around the middle, on a sphere: against the ellipsoid that is at most 0.5 % off,
about a line's width at the edge of such maps, and eight times as fast (9 ms for every outline there is). Points are
those of SVG, y downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyproj

from notify.maps.outlines import Coordinates
from notify.maps.planar import Position

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""

MARGIN = 6.0
"""Points around the picture that are drawn too, so that cut edges stay out of sight."""

FARTHEST_KM = 9_000.0
"""From the middle to a corner. Beyond, a country could lie around the antipode and come out inside out."""


@dataclass(frozen=True)
class View:
    """``lon``, ``lat``: the middle; ``km``: kilometres in a point; ``width``, ``height``: in points."""

    lon: float
    lat: float
    km: float
    width: int
    height: int

    @staticmethod
    def spanning(middle: Position, span_km: float, width: int, height: int) -> View:
        """The view whose shorter side is so many kilometres, but for FARTHEST_KM."""
        shorter = min(width, height)
        most = FARTHEST_KM * 2 * shorter / math.hypot(width, height)
        return View(*middle, min(span_km, most) / shorter, width, height)

    @staticmethod
    def around(places: Coordinates, least_km: float, width: int, height: int, margin: float) -> View:
        """The view that shows all places, rows of longitude, latitude, with a margin in points, but for FARTHEST_KM."""
        middle = mean_place(places)
        for _ in range(2):
            plane = View(*middle, 1.0, 0, 0).points(places)
            (west, north), (east, south) = plane.min(axis=0), plane.max(axis=0)
            middle = View(*middle, 1.0, 0, 0).place((west + east) / 2, (north + south) / 2)
        km = max((east - west) / (width - 2 * margin), (south - north) / (height - 2 * margin))
        return View.spanning(middle, max(least_km, km * min(width, height)), width, height)

    @cached_property
    def radius_km(self) -> float:
        """From the middle to the corners, margin included."""
        return math.hypot(self.width / 2 + MARGIN, self.height / 2 + MARGIN) * self.km

    @cached_property
    def _plane(self) -> pyproj.Proj:
        return pyproj.Proj(proj="aeqd", lon_0=self.lon, lat_0=self.lat, R=EARTH_KM)

    def points(self, places: Coordinates) -> Coordinates:
        """Rows of longitude, latitude as rows of x, y."""
        east, north = self._plane(places[:, 0], places[:, 1])
        return np.column_stack((self.width / 2 + east / self.km, self.height / 2 - north / self.km))

    def place(self, x: float, y: float) -> Position:
        """The longitude and latitude of a point."""
        lon, lat = self._plane((x - self.width / 2) * self.km, (self.height / 2 - y) * self.km, inverse=True)
        return float(lon), float(lat)

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees around all that the view shows; west and east can pass ±180."""
        reach = math.degrees(self.radius_km / EARTH_KM)
        south, north = max(self.lat - reach, -90.0), min(self.lat + reach, 90.0)
        if south == -90 or north == 90 or reach >= 90:
            return self.lon - 180, south, self.lon + 180, north
        beside = math.degrees(math.asin(math.sin(math.radians(reach)) / math.cos(math.radians(self.lat))))
        return self.lon - beside, south, self.lon + beside, north

    def shows(self, boxes: Coordinates) -> npt.NDArray[np.bool_]:
        """Which boxes, rows of west, south, east, north, could reach into the view."""
        west, south, east, north = self.bounds()
        beside = np.zeros(len(boxes), dtype=np.bool_)
        for turn in (-360, 0, 360):
            beside |= (boxes[:, 0] + turn <= east) & (boxes[:, 2] + turn >= west)
        return beside & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point is inside, at least so many points from the edge."""
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def cut(self, ring: Coordinates) -> Coordinates:
        """The part of a ring inside the view and its margin (Sutherland and Hodgman, 1974); empty when none is.

        Where the ring leaves and comes back the cut runs along the margin, out of sight.
        """
        left, top, right, bottom = box_of(ring)
        if right < -MARGIN or bottom < -MARGIN or left > self.width + MARGIN or top > self.height + MARGIN:
            return ring[:0]
        for axis, limit, sign in (
            (0, -MARGIN, 1),
            (0, self.width + MARGIN, -1),
            (1, -MARGIN, 1),
            (1, self.height + MARGIN, -1),
        ):
            ring = _half(ring, axis, limit, sign)
        return ring


def mean_place(places: Coordinates) -> Position:
    """The middle of places as the mean of their directions from the earth's middle: no seam at ±180° or the poles."""
    lons, lats = np.radians(places).T
    x, y, z = (np.cos(lats) * np.cos(lons)).mean(), (np.cos(lats) * np.sin(lons)).mean(), np.sin(lats).mean()
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def distances_km(start: Position, places: Coordinates) -> Coordinates:
    """How far each place, a row of longitude, latitude, is from the start along the sphere (haversine formula)."""
    lon, lat = np.radians(start)
    lons, lats = np.radians(places).T
    squares = np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(squares, 1))))


def box_of(points: Coordinates) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of rows of x, y."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _half(ring: Coordinates, axis: int, limit: float, sign: int) -> Coordinates:
    """The part of a ring on one side of a line along an axis."""
    if not len(ring):
        return ring
    depth = (ring[:, axis] - limit) * sign
    inside = depth >= 0
    if inside.all():
        return ring
    after, depth_after = np.roll(ring, -1, axis=0), np.roll(depth, -1)
    crosses = inside != (depth_after >= 0)
    # A place for each position and one for the crossing behind it; then those that are there are taken in order.
    both = np.empty((len(ring), 2, 2))
    both[:, 0] = ring
    share = depth / np.where(crosses, depth - depth_after, 1)
    both[:, 1] = ring + (after - ring) * share[:, None]
    return np.asarray(both.reshape(-1, 2)[np.column_stack((inside, crosses)).ravel()])
