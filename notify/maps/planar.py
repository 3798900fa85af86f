"""Areas on a round earth laid out flat: GeoJSON across ±180° made whole, and the plane around a place.

In that plane (azimuthal equidistant) distances and directions from its centre are true; nearest points taken in degrees
instead were wrong by 92 km at the Aleutians.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from notify.maps.outlines import Coordinates

Position = tuple[float, float]
"""Longitude, latitude in degrees."""

S = TypeVar("S", bound=BaseGeometry)

GEOD = pyproj.Geod(ellps="WGS84")

_STEP = 0.5
_STEPS = 4000
"""Edges are straight in degrees (RFC 7946, section 3.1.1), so bent on a map: they are drawn in steps of 0.5°, or of
longer ones where that would make more than about 4,000 of them."""


def whole(positions: Sequence[Sequence[float]]) -> list[Position]:
    """The line or ring with longitudes running on, so that each edge takes the short way around the earth.

    A ring that then fails to close runs around a pole; it comes back as it is written.
    """
    line = [(float(position[0]), float(position[1])) for position in positions]
    result = line[:1]
    for longitude, latitude in line[1:]:
        result.append((longitude + 360 * round((result[-1][0] - longitude) / 360), latitude))
    if line[0] == line[-1] and result[0] != result[-1]:
        return line
    return result


def shape_of(geometry: Mapping[str, object]) -> BaseGeometry:
    """The geometry in degrees, its parts side by side even where ±180° lies between them (longitudes may pass 180).

    It must be without faults (geometry.faults); what is not is undefined, and may raise ValueError.
    """
    kind = geometry["type"]
    if kind == "Point":
        return shapely.Point(*whole([cast(Sequence[float], geometry["coordinates"])]))
    if kind == "MultiPoint":
        points = cast(Sequence[Sequence[float]], geometry["coordinates"])
        return shapely.MultiPoint(_beside([shapely.Point(*whole([point])) for point in points]))
    if kind == "LineString":
        return shapely.LineString(whole(cast(Sequence[Sequence[float]], geometry["coordinates"])))
    if kind == "Polygon":
        return polygon_of(cast(Sequence[Sequence[Sequence[float]]], geometry["coordinates"]))
    if kind == "MultiPolygon":
        polygons = cast(Sequence[Sequence[Sequence[Sequence[float]]]], geometry["coordinates"])
        return shapely.MultiPolygon(_beside([polygon_of(rings) for rings in polygons]))
    raise ValueError(f"not a geometry of a place: {kind!r}")


def polygon_of(rings: Sequence[Sequence[Sequence[float]]]) -> shapely.Polygon:
    """One polygon of a Polygon or MultiPolygon, its holes moved by whole turns to where its outer ring is."""
    outer, *holes = (shapely.LinearRing(whole(ring)) for ring in rings)
    return shapely.Polygon(outer, [_near(hole, outer.bounds[0]) for hole in holes])


def plane(longitude: float, latitude: float) -> pyproj.Proj:
    """Metres east and north of a place, on the ellipsoid of WGS 84."""
    return pyproj.Proj(proj="aeqd", lon_0=longitude, lat_0=latitude, ellps="WGS84")


def laid_out(shape: BaseGeometry, onto: pyproj.Proj) -> BaseGeometry:
    """A shape in degrees on a plane, its edges bent as they run."""

    def project(coordinates: Coordinates) -> Coordinates:
        return np.column_stack(onto(coordinates[:, 0], coordinates[:, 1]))

    return shapely.transform(bent(shape), project)


def bent(shape: S) -> S:
    """The same shape in degrees with more corners, so that its edges bend when it is projected."""
    return shapely.segmentize(shape, max(_STEP, shape.length / _STEPS)) if shape.length else shape


def circle(longitude: float, latitude: float, radius_km: float, corners: int = 360) -> list[Position]:
    """Positions at a distance from a place, clockwise from north, as the geodesic runs; the first is not repeated."""
    azimuths = np.arange(corners) * (360 / corners)
    start = np.full(corners, longitude), np.full(corners, latitude)
    longitudes, latitudes, _ = GEOD.fwd(*start, azimuths, np.full(corners, radius_km * 1000))
    return list(zip(longitudes.tolist(), latitudes.tolist(), strict=True))


def _beside(parts: Sequence[S]) -> list[S]:
    return [parts[0], *(_near(part, parts[0].bounds[0]) for part in parts[1:])]


def _near(part: S, longitude: float) -> S:
    turns = round((longitude - part.bounds[0]) / 360)
    return shapely.transform(part, lambda coordinates: coordinates + np.array([360 * turns, 0])) if turns else part
