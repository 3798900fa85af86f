"""The place on a form: its name, and its area as a centre with a radius, as corners, or as GeoJSON that is pasted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from notify import formats
from notify.language import Text, text
from notify.maps import geometry as maps
from notify.web.forms import Body, Form, drop_blanks
from notify.web.writing import Writing

MOST_CORNERS = 40
"""An outline with more is shown as GeoJSON."""

Geometry = Mapping[str, Any]


@dataclass(frozen=True)
class Swapped:
    """Latitude and longitude typed in each other's place: as they would be right, and the map of where that lies."""

    latitude: str
    longitude: str
    map: str


def fill(form: Form, writing: Writing) -> None:
    """Put the stored area into the fields of the way in which it is written most easily."""
    place = writing.content.get("place") or {}
    outline: Geometry = place.get("geometry") or {}
    coordinates, language = outline.get("coordinates"), writing.visit.language
    if not coordinates:
        return
    if outline["type"] == "Point" and len(coordinates) == 2:
        form.put("place-longitude", _typed(language, coordinates[0]))
        form.put("place-latitude", _typed(language, coordinates[1]))
    elif _is_ring(outline):
        for at, (longitude, latitude) in enumerate(coordinates[0][:-1]):
            form.put(f"place-corners-{at}-longitude", _typed(language, longitude))
            form.put(f"place-corners-{at}-latitude", _typed(language, latitude))
    else:
        form.put("place-geojson", json.dumps(outline))


def read(form: Form, writing: Writing) -> Body | None:
    """The place as a notice has it; None when nothing was typed."""
    name, radius = form.text("place-name"), form.decimal("place-radius_km")
    ways = {"place-geometry": _centre(form, writing), "place-corners": _corners(form), "place-geojson": _geojson(form)}
    outlines = {field: found for field, found in ways.items() if found is not None}
    if len(outlines) > 1:
        form.fault(list(outlines)[1], text("Give the area in one way only: clear the others."))
    typed = bool(outlines) or any(name.startswith(_FIELDS) for name in form.errors)
    if not (typed or name or radius is not None):
        return None
    if not name:
        form.fault("place-name", text("Write the name by which neighbours know the place."))
    if not typed:
        form.fault("place-geometry", text("Give latitude and longitude of the centre, or the corners of the area."))
    place = drop_blanks({"name": name, "geometry": next(iter(outlines.values()), None), "radius_km": radius})
    assert isinstance(place, dict)
    return place


_FIELDS = ("place-geometry", "place-latitude", "place-longitude", "place-corners", "place-geojson")


def renamed(form: Form) -> dict[str, str]:
    """The field for a fault of the geometry: the one in which the area was written."""
    way = "place-geometry"
    if form.get("place-geojson").strip():
        way = "place-geojson"
    elif _corner_numbers(form):
        way = "place-corners"
    return {"/place/geometry": way}


def by_outline(form: Form) -> bool:
    """Whether the area is written, or was being written, otherwise than by its centre."""
    return (
        bool(form.get("place-geojson").strip())
        or _corner_numbers(form)
        or form.get("place-corners-rows", "3") != "3"
        or any(name.startswith(_FIELDS[3:]) for name in form.errors)
    )


def swap(form: Form) -> None:
    """Put latitude and longitude in each other's place."""
    latitude, longitude = form.get("place-latitude"), form.get("place-longitude")
    form.put("place-latitude", longitude)
    form.put("place-longitude", latitude)


def swapped(form: Form, writing: Writing) -> Swapped | None:
    """What to say and to show when the two were probably exchanged."""
    typed = Form({field: form.get(field) for field in ("place-latitude", "place-longitude", "place-radius_km")})
    latitude, longitude = typed.decimal("place-latitude"), typed.decimal("place-longitude")
    if latitude is None or longitude is None or not maps.swapped(longitude, latitude, writing.notice.state):
        return None
    radius, language = typed.decimal("place-radius_km"), writing.visit.language
    query = {"lat": f"{longitude:.6g}", "lon": f"{latitude:.6g}", "lang": language}
    if radius is not None and 0 < radius <= maps.MAX_RADIUS_KM:
        query["radius"] = f"{radius:.6g}"
    url = f"/notices/{writing.notice.id}/edit/map.svg?{urlencode(query)}"
    return Swapped(_shown(language, longitude), _shown(language, latitude), url)


def _centre(form: Form, writing: Writing) -> Geometry | None:
    latitude, longitude = form.decimal("place-latitude"), form.decimal("place-longitude")
    if latitude is None and longitude is None:
        return None
    if latitude is None:
        form.fault("place-latitude", text("Write the latitude as well, such as -16.74."))
    elif longitude is None:
        form.fault("place-longitude", text("Write the longitude as well, such as -69.73."))
    else:
        exchanged = swapped(form, writing)
        if exchanged is not None:
            form.fault("place-geometry", _exchanged(form, writing, exchanged))
            return None
        if abs(latitude) > 90:
            form.fault("place-latitude", text("A latitude lies between -90 (south) and 90 (north)."))
        if abs(longitude) > 180:
            form.fault("place-longitude", text("A longitude lies between -180 (west) and 180 (east)."))
        if abs(latitude) > 90 or abs(longitude) > 180:
            return None
        return {"type": "Point", "coordinates": [longitude, latitude]}
    return None


def _exchanged(form: Form, writing: Writing, right: Swapped) -> Text:
    visit = writing.visit
    return text(
        "Latitude %(latitude)s and longitude %(longitude)s lie far from %(state)s."
        " Did you mean latitude %(right_latitude)s and longitude %(right_longitude)s?",
        latitude=right.longitude,
        longitude=right.latitude,
        state=visit.name(writing.notice.state),
        right_latitude=right.latitude,
        right_longitude=right.longitude,
    )


def _corners(form: Form) -> Geometry | None:
    rows = form.items("place-corners", {"latitude": form.decimal, "longitude": form.decimal})
    ring = []
    for at, row in enumerate(rows):
        for side in ("latitude", "longitude"):
            if side not in row:
                form.fault(f"place-corners-{at}-{side}", text("A corner needs its latitude and its longitude."))
        if len(row) == 2:
            ring.append([row["longitude"], row["latitude"]])
    if not rows:
        return None
    if len(rows) < 3:
        form.fault("place-corners", text("An area has at least three corners."))
    if len(ring) < len(rows) or len(rows) < 3:
        return None
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]] if ring[0] != ring[-1] else ring]}


def _geojson(form: Form) -> Geometry | None:
    typed = form.text("place-geojson")
    if typed is None:
        return None
    try:
        document = json.loads(typed)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and document.get("type") == "Feature":
        document = document.get("geometry")
    if not isinstance(document, dict):
        form.fault("place-geojson", text("This is no GeoJSON. Paste one geometry, such as %(example)s.",
                                         example='{"type": "Point", "coordinates": [-69.73, -16.74]}'))  # fmt: skip
        return None
    return document


def _corner_numbers(form: Form) -> bool:
    return any(form.get(f"place-corners-{at}-{side}").strip()
               for at in form.rows("place-corners") for side in ("latitude", "longitude"))  # fmt: skip


def _is_ring(outline: Geometry) -> bool:
    rings = outline["coordinates"]
    return (
        outline["type"] == "Polygon"
        and len(rings) == 1
        and len(rings[0]) <= MOST_CORNERS + 1
        and all(len(position) == 2 for position in rings[0])
    )


def _typed(language: str, number: float) -> str:
    return _shown(language, number).replace("\N{MINUS SIGN}", "-")


def _shown(language: str, number: float) -> str:
    return formats.number(language, number)
