"""What is wrong with the place of a notice, in words: its GeoJSON, its radius, latitude and longitude exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from notify.errors import Fault
from notify.language import Text, ntext, text
from notify.maps import geometry as maps
from notify.notices.pointers import pointer, split

MAX_HEIGHT_M = 100_000

SENTENCES: Mapping[str, Text] = {
    "unknown_type": text("Use one of these types: Point, MultiPoint, LineString, Polygon, MultiPolygon."),
    "unknown_member": text("A geometry has a type and coordinates only. Remove this."),
    "malformed": text("Write each position as two numbers, longitude first, nested in lists as the type asks."),
    "empty": text("Give at least one position, longitude first."),
    "not_a_number": text("Write a number in figures, such as -69.73."),
    "longitude_range": text("A longitude lies between -180 and 180; it comes before the latitude."),
    "latitude_range": text("A latitude lies between -90 and 90; it comes after the longitude."),
    "too_many_vertices": ntext(
        "Draw the area with at most %(n)s position.", "Draw the area with at most %(n)s positions.", maps.MAX_VERTICES
    ),
    "too_few_points": text("A line needs two different positions, and a ring three and the first one again."),
    "open_ring": text("A ring must end where it begins: repeat its first position at the end."),
    "no_area": text("The corners of this ring lie on one line and enclose nothing. Move one of them."),
    "crosses_itself": text("The outline crosses or touches itself. Draw it without crossings."),
    "hole_outside": text("A hole lies outside the area, or inside another hole. Draw it within the area."),
    "parts_overlap": text("Two parts of the area overlap. Draw them as one."),
    "around_pole": text("A ring around a pole must run along the 180th meridian to the pole and back."),
    "radius_range": ntext(
        "The radius must be greater than 0 and at most %(n)s kilometre.",
        "The radius must be greater than 0 and at most %(n)s kilometres.",
        maps.MAX_RADIUS_KM,
    ),
    "radius_without_point": text("A radius goes with a Point only. Remove it, or give the centre as a Point."),
}
"""By the codes of `notify.maps.geometry.faults`."""


def place_faults(geometry: Mapping[str, object], radius_km: object, state: str | None) -> Iterator[Fault]:
    """Each fault of a place, with pointers of the notice.

    ``state`` is the posting state, or None when it is not known: with it, a place far from the state is refused when
    it lies in the state, or near it, once latitude and longitude are exchanged.
    """
    found = maps.faults(geometry, radius_km)
    for at, code in found:
        yield Fault("/place" + pointer(*split(at)), SENTENCES[code])
    if found:
        return
    yield from _heights(geometry["coordinates"], "/place/geometry/coordinates")
    if state is None:
        return
    longitude, latitude = maps.centre(geometry)
    if maps.swapped(longitude, latitude, state):
        yield Fault("/place/geometry", _exchanged(longitude, latitude, state))


def _heights(coordinates: object, at: str) -> Iterator[Fault]:
    """A position can have a third number, metres above the ellipsoid (RFC 7946, 3.1.1): it must be one that can be
    signed (RFC 8785 knows whole numbers below 2^53)."""
    if not isinstance(coordinates, list):
        return
    for index, entry in enumerate(coordinates):
        if isinstance(entry, list):
            yield from _heights(entry, f"{at}/{index}")
        elif index == 2 and isinstance(entry, int | float) and abs(entry) > MAX_HEIGHT_M:
            yield Fault(f"{at}/{index}", text("Write a height in metres, at most %(metres)s.", metres=MAX_HEIGHT_M))


def _exchanged(longitude: float, latitude: float, state: str) -> Text:
    return text(
        "Latitude and longitude seem to be exchanged: latitude %(latitude)s, longitude %(longitude)s lies far from"
        " %(state)s. Did you mean latitude %(longitude)s, longitude %(latitude)s? Longitude comes first.",
        latitude=f"{latitude:g}",
        longitude=f"{longitude:g}",
        state=state,
    )
