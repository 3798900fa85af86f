"""The area of a notice on its map: how near to look, and the area's own shape, line or dot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from notify.maps import drawing
from notify.maps.drawing import AREA
from notify.maps.geometry import centre
from notify.maps.labels import Box, square
from notify.maps.land import nearest_km
from notify.maps.outlines import Coordinates
from notify.maps.planar import Position, bent, circle, shape_of
from notify.maps.view import View, box_of, distances_km

LEAST_KM, MOST_KM = 200.0, 4_000.0
"""The shorter side of a map of an area, unless the area itself is wider."""


@dataclass(frozen=True)
class Area:
    """``middle`` of the area, and its parts as rows of longitude, latitude; a circle is one ring. ``dotted``: whether
    the middle itself is marked."""

    middle: Position
    rings: list[Coordinates]
    lines: list[Coordinates]
    dots: list[Coordinates]
    dotted: bool

    @staticmethod
    def of(geometry: Mapping[str, object], radius_km: float | None) -> Area:
        """The area of a geometry without faults (GeoJSON), a radius only with a Point."""
        middle = centre(geometry)
        if radius_km is not None:
            around = circle(*middle, radius_km, 120)
            return Area(middle, [np.array([*around, around[0]])], [], [], True)
        rings: list[Coordinates] = []
        lines: list[Coordinates] = []
        dots: list[Coordinates] = []
        # Halves cut along the 180th meridian become one again.
        for part in shapely.get_parts(shapely.union_all(shapely.get_parts(shape_of(geometry)))):
            if part.geom_type == "Polygon":
                rings += [_seamless(shapely.get_coordinates(bent(ring))) for ring in (part.exterior, *part.interiors)]
            elif part.geom_type == "Point":
                dots.append(shapely.get_coordinates(part))
            else:
                lines.append(shapely.get_coordinates(bent(part)))
        return Area(middle, rings, lines, dots, geometry["type"] == "Point")

    @property
    def reach_km(self) -> float:
        """How far the farthest corner is from the middle."""
        corners = np.concatenate([*self.rings, *self.lines, *self.dots])
        return float(distances_km(self.middle, corners).max())

    def span_km(self, neighbours: Iterable[str]) -> float:
        """How much the shorter side of its map shows: the area with its wide surrounding, and the border of the nearest
        neighbour, or of the nearest two where the second is not much farther.

        Where that is beyond MOST_KM the border is just seen; where even that is, it is left out.
        """
        reach = self.reach_km
        near = sorted(nearest_km(*self.middle, code) for code in neighbours)
        wanted = near[0] if near else np.inf
        if len(near) > 1 and near[1] <= max(4 * near[0], 400):
            wanted = near[1]
        wide, narrow = 2 * reach + 5 * wanted, 2 * reach + 2.4 * wanted
        span = wide if wide <= MOST_KM else narrow if narrow <= MOST_KM else MOST_KM / 3
        return max(min(max(span, 9 * reach, LEAST_KM), MOST_KM), 2.4 * reach)

    def drawn(self, view: View) -> tuple[str, Box]:
        """Its SVG, and the box that words keep off: the whole area, or only its middle where it fills the picture."""
        rings, lines = ([_simple(view.points(line)) for line in shapes] for shapes in (self.rings, self.lines))
        dots = [view.points(dot) for dot in self.dots]
        left, top, right, bottom = box_of(np.concatenate([*rings, *lines, *dots]))
        size = max(right - left, bottom - top)
        if self.dotted or size < 8:
            dots = [view.points(np.array([self.middle]))]
        inside = drawing.path([ring for ring in map(view.cut, rings) if len(ring) > 2], closed=True)
        parts = []
        if inside:
            parts.append(
                f'<path d="{inside}" fill="{AREA}" fill-opacity=".22" fill-rule="evenodd" '
                f'stroke="{AREA}" stroke-width="2" stroke-linejoin="round"/>'
            )
        parts.append(drawing.stroked(drawing.path(lines), AREA, 3, ' stroke-linecap="round"'))
        parts += [drawing.dot(x, y, 3.6 if rings else 4.6, AREA) for ((x, y),) in dots]
        middle = square(view.width / 2, view.height / 2, 5)
        if size > 0.45 * min(view.width, view.height):
            return "".join(parts), middle
        box = min(left, middle[0]), min(top, middle[1]), max(right, middle[2]), max(bottom, middle[3])
        return "".join(parts), box


def _seamless(ring: Coordinates) -> Coordinates:
    """A ring around a pole without the line up and down the 180th meridian by which GeoJSON has to close it."""
    lons, lats = np.abs(ring).T
    if lats.max() < 90 or lons.max() < 180:
        return ring
    along = (lons == 180) & (np.roll(lons, 1) == 180) & (np.roll(lons, -1) == 180)
    return np.asarray(ring[~along & (lats < 90)])


def _simple(points: Coordinates) -> Coordinates:
    return shapely.get_coordinates(shapely.simplify(shapely.LineString(points), 0.2))
