"""The place of a notice: what is wrong with its GeoJSON (RFC 7946), and where on the earth it lies.

Longitude comes first everywhere. A geometry with faults is refused by content validation; the other functions here
expect one without.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from notify.maps import outlines
from notify.maps.planar import GEOD, circle, laid_out, plane, polygon_of, shape_of, whole

MAX_VERTICES = 2_000
"""More are refused: checking a polygon of 20,000 vertices for crossings blocks the process for 0.3 s."""

MAX_RADIUS_KM = 2_000
MAX_FAULTS = 20
"""So many faults are named at most: a list of 2,000 bad numbers has one cause."""

CODES = {
    "unknown_type": "the type is none of Point, MultiPoint, LineString, Polygon, MultiPolygon",
    "unknown_member": "a member other than type and coordinates",
    "malformed": "the lists of coordinates are not nested as the type says, or a position has not 2 or 3 numbers",
    "empty": "no position at all",
    "not_a_number": "a coordinate or the radius is no finite number",
    "longitude_range": "a longitude beyond ±180",
    "latitude_range": "a latitude beyond ±90",
    "too_many_vertices": f"more than {MAX_VERTICES} positions",
    "too_few_points": "a line of fewer than 2 different positions, or a ring of fewer than 4",
    "open_ring": "a ring whose last position is not its first",
    "no_area": "a ring that lies on one line",
    "crosses_itself": "a ring that crosses or touches itself or another ring of its polygon",
    "hole_outside": "a hole outside its polygon, or inside another hole",
    "parts_overlap": "polygons of a MultiPolygon that overlap",
    "around_pole": "a ring around a pole that is not closed over it along the 180th meridian",
    "radius_range": f"a radius that is not above 0 and at most {MAX_RADIUS_KM} km",
    "radius_without_point": "a radius with a geometry that is not a Point",
}
"""What `faults` can find."""

_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}
"""How many lists lie around a position."""

_FAR_KM = 1_000
_NEAR_KM = 370
"""200 nautical miles: as far as exercises at sea near a state usually lie."""

Fault = tuple[str, str]


def faults(geometry: Mapping[str, object], radius_km: object = None) -> list[Fault]:
    """Each fault of a place as (pointer, code of CODES): pointers start at the place, as /geometry/coordinates/0/3
    or /radius_km. Whatever JSON can hold may be passed in. At most MAX_FAULTS, in the order of the document."""
    found = [(f"/geometry/{_escaped(member)}", "unknown_member") for member in geometry if member not in _MEMBERS]
    kind = geometry.get("type")
    if not isinstance(kind, str) or kind not in _DEPTH:
        found.append(("/geometry/type", "unknown_type"))
    else:
        found += _coordinates(kind, geometry.get("coordinates"))
    if radius_km is not None:
        found += _radius(kind, radius_km)
    return found[:MAX_FAULTS]


_MEMBERS = ("type", "coordinates")


def _coordinates(kind: str, coordinates: object) -> list[Fault]:
    at = "/geometry/coordinates"
    positions = list(_positions(coordinates, _DEPTH[kind], at))
    if len(positions) > MAX_VERTICES:
        return [(at, "too_many_vertices")]
    found = [fault for pointer, position in positions for fault in _position(position, pointer)]
    if found:
        return found
    if not positions:
        return [(at, "empty")]
    if kind == "LineString":
        line = [position for _, position in positions]
        return [(at, "too_few_points")] if all(position == line[0] for position in line) else []
    if kind == "Polygon":
        return _polygon(coordinates, at)
    if kind == "MultiPolygon" and isinstance(coordinates, list):
        found = [fault for i, rings in enumerate(coordinates) for fault in _polygon(rings, f"{at}/{i}")]
        if not found and _overlap(shape_of({"type": kind, "coordinates": coordinates})):
            found = [(at, "parts_overlap")]
    return found


def _positions(value: object, depth: int, pointer: str) -> Iterator[tuple[str, object]]:
    """What stands where a position should, with its pointer; anything that is no list stands for itself."""
    if depth == 0 or not isinstance(value, list):
        yield pointer, value
    else:
        for i, item in enumerate(value):
            yield from _positions(item, depth - 1, f"{pointer}/{i}")


def _position(position: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(position, list) or len(position) not in (2, 3) or any(isinstance(n, list) for n in position):
        yield pointer, "malformed"
        return
    for i, (number, limit, code) in enumerate(
        zip(position, (180, 90, math.inf), ("longitude_range", "latitude_range", ""), strict=False)
    ):
        if not _finite(number):
            yield f"{pointer}/{i}", "not_a_number"
        elif abs(number) > limit:
            yield f"{pointer}/{i}", code


def _finite(number: object) -> TypeGuard[float]:
    # An integer can be too large for a float, which math.isfinite does not survive; true and false are integers too.
    return type(number) is int or (type(number) is float and math.isfinite(number))


def _polygon(rings: object, at: str) -> list[Fault]:
    if not isinstance(rings, list) or not rings:
        return [(at, "empty")]
    found = [fault for i, ring in enumerate(rings) for fault in _ring(ring, f"{at}/{i}")]
    if found:
        return found
    polygon = polygon_of(rings)
    return [] if polygon.is_valid else [(at, _what(polygon))]


def _ring(ring: list[list[float]], at: str) -> Iterator[Fault]:
    if len(ring) < 4 or len({(position[0], position[1]) for position in ring}) < 3:
        yield at, "too_few_points"
    elif ring[0] != ring[-1]:
        yield at, "open_ring"
    elif not _closes(ring):
        yield at, "around_pole"
    elif shapely.Polygon(whole(ring)).convex_hull.area == 0:
        yield at, "no_area"


def _closes(ring: list[list[float]]) -> bool:
    """Whether the ring stays to one side of the poles, or is closed over one: up the 180th meridian and down again."""
    turns = sum(round((after[0] - before[0]) / 360) for before, after in itertools.pairwise(ring))
    seam = {(position[0], abs(position[1])) for position in ring}
    return turns == 0 or {(180, 90), (-180, 90)} <= seam


def _what(polygon: shapely.Polygon) -> str:
    reason = shapely.is_valid_reason(polygon)
    return "hole_outside" if reason.startswith(("Hole lies", "Holes are nested")) else "crosses_itself"


def _overlap(polygons: BaseGeometry) -> bool:
    # Halves that meet along the 180th meridian are right (RFC 7946, section 3.1.9), though shapely calls them invalid.
    return shapely.union_all(shapely.get_parts(polygons)).area < polygons.area * (1 - 1e-9)


def _radius(kind: object, radius_km: object) -> list[Fault]:
    if not _finite(radius_km):
        return [("/radius_km", "not_a_number")]
    if isinstance(kind, str) and kind in _DEPTH and kind != "Point":
        return [("/radius_km", "radius_without_point")]
    return [] if 0 < radius_km <= MAX_RADIUS_KM else [("/radius_km", "radius_range")]


def _escaped(member: str) -> str:
    return str(member).replace("~", "~0").replace("/", "~1")


def centre(geometry: Mapping[str, object]) -> tuple[float, float]:
    """Longitude and latitude of the middle of an area, taken on the plane around it; a Point is its own.

    Of a bent area it can lie outside. To five decimals (1 m).
    """
    shape = shape_of(geometry)
    if geometry["type"] == "Point":
        return _placed(shape.centroid)
    west, south, east, north = shape.bounds
    if east - west > 180 and south > -90 and north < 90:
        # No plane holds half the earth and more, but one around a pole holds what lies around it.
        return _placed(shapely.box(west, south, east, north).centroid)
    longitudes, latitudes = np.radians(shapely.get_coordinates(shape)).T
    # The mean of directions from the earth's middle: no seam at ±180° and none at the poles.
    x, y = (np.cos(latitudes) * np.cos(longitudes)).mean(), (np.cos(latitudes) * np.sin(longitudes)).mean()
    z = np.sin(latitudes).mean()
    around = plane(math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y))))
    middle = laid_out(shape, around).centroid
    if middle.is_empty:  # an area so thin that nothing of it is left on a plane
        return _placed(shapely.box(west, south, east, north).centroid)
    return _placed(shapely.Point(around(middle.x, middle.y, inverse=True)))


def bbox(geometry: Mapping[str, object], radius_km: float | None = None) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees; west > east where the area crosses ±180° (RFC 7946, section 5.2).

    The narrowest such box; an area around a pole has -180 to 180 and reaches it.
    """
    shape = shape_of(geometry)
    if radius_km is not None:
        return _circle_box(*_placed(shape.centroid), radius_km)
    spans = sorted((part.bounds[0], part.bounds[2]) for part in shapely.get_parts(shape))
    _, south, _, north = shape.bounds
    west, east = _narrowest(spans)
    return west, south, east, north


def describe(geometry: Mapping[str, object], radius_km: float | None = None) -> dict[str, object]:
    """What a page says of an area in words: kind (circle, point, points, line, polygon), lon, lat of its centre,
    radius_km (None but for a circle)."""
    kinds = {"MultiPoint": "points", "LineString": "line", "Polygon": "polygon", "MultiPolygon": "polygon"}
    kind = kinds.get(str(geometry["type"]), "point" if radius_km is None else "circle")
    lon, lat = centre(geometry)
    return {"kind": kind, "lon": lon, "lat": lat, "radius_km": radius_km if kind == "circle" else None}


def swapped(lon: float, lat: float, state: str) -> bool:
    """Whether longitude and latitude were probably typed in each other's place: the point lies more than 1,000 km from
    the state (or nowhere, its latitude beyond ±90), and with the two exchanged in it or within 200 nautical miles.
    False for a code without outlines."""
    if abs(lon) > 90 or abs(lat) > 180:
        return False
    far = abs(lat) > 90 or distance_km(lon, lat, state) > _FAR_KM
    return far and distance_km(lat, lon, state) <= _NEAR_KM


def distance_km(lon: float, lat: float, country: str) -> float:
    """From a place to the nearest land of a country, 0 inside it; inf for a code without outlines. Good to 2 km."""
    shape = outlines.shape(country)
    if shape is None:
        return math.inf
    longitudes, latitudes = outlines.vertices(country).T
    _, _, metres = GEOD.inv(np.full_like(longitudes, lon), np.full_like(latitudes, lat), longitudes, latitudes)
    nearest = float(metres.min()) / 1000
    if nearest > 5_000:
        # From so far a corner is as near as an edge, and the plane would turn land on the other side inside out.
        return nearest
    return laid_out(shape, plane(lon, lat)).distance(shapely.Point(0, 0)) / 1000


def _placed(point: shapely.Point) -> tuple[float, float]:
    return round((point.x + 180) % 360 - 180, 5) + 0.0, round(point.y, 5) + 0.0


def _circle_box(lon: float, lat: float, radius_km: float) -> tuple[float, float, float, float]:
    longitudes, latitudes = zip(*circle(lon, lat, radius_km), strict=True)
    south, north = round(min(latitudes), 9), round(max(latitudes), 9)
    for pole in (-90, 90):
        if GEOD.inv(lon, lat, lon, pole)[2] <= radius_km * 1000:
            return -180, min(south, pole), 180, max(north, pole)
    beside = [longitude + 360 * round((lon - longitude) / 360) for longitude in longitudes]
    west, east = _narrowest([(min(beside), max(beside))])
    return west, south, east, north


def _narrowest(spans: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """West and east of the narrowest band of longitudes that holds all spans, of which none is wider than 360."""
    turned = sorted((west % 360, west % 360 + east - west) for west, east in spans)
    reach = max(east for _, east in turned)
    # The band starts after the widest gap between one span and the next around the earth.
    start, width = turned[0][0], reach - turned[0][0]
    covered = max(turned[0][1], reach - 360)
    for west, east in turned[1:]:
        before = 360 - (west - covered)
        if west > covered and before < width:
            start, width = west, before
        covered = max(covered, east)
    if width >= 360:
        return -180.0, 180.0
    west = (start + 180) % 360 - 180
    east = west + width
    return round(west, 9), round(east - 360 if east > 180 else east, 9)
