"""Outlines of countries and areas of notices: where they are, how far apart, and what is wrong with an area."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.maps import geometry, outlines
from notify.maps.planar import GEOD
from tests.support.places import (
    ALEUTIANS,
    CASES,
    HALVES,
    NAMES,
    POLAR_CAP,
    WIDE,
    Case,
    Json,
    multipolygon,
    point,
    polygon,
    rectangle,
)

ROOT = Path(__file__).resolve().parent.parent

# Outlines


def test_the_committed_outlines_are_those_that_publications_name() -> None:
    packed = resources.files("notify.maps").joinpath("outlines.json.gz").read_bytes()
    assert hashlib.sha256(gzip.decompress(packed)).hexdigest() == outlines.BORDERS_SHA256
    assert len(packed) < 250_000


def test_every_state_has_an_outline_and_an_organisation_has_none() -> None:
    assert NAMES.keys() <= outlines.codes()
    assert len(outlines.codes()) == 242
    assert outlines.shape("OAS") is None
    assert geometry.distance_km(-77, 39, "OAS") == math.inf


def test_islands_too_small_for_a_ring_are_kept_as_points() -> None:
    shape = outlines.shape("VCT")
    assert shape is not None
    islands = [part for part in shapely.get_parts(shape) if part.geom_type == "Point"]
    assert [(island.x, island.y) for island in islands] == [(-61.335, 12.695)]


def test_neighbours_share_the_arcs_of_their_border() -> None:
    loaded = outlines.load()

    def arcs(code: str) -> set[int]:
        return {max(i, ~i) for rings in loaded.countries[code].polygons for ring in rings for i in ring}

    assert arcs("PER") & arcs("BOL") and arcs("PER") & arcs("BOL") <= loaded.borders
    assert not arcs("PER") & arcs("ARG")
    assert not arcs("JAM") & loaded.borders


SQUARES = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [-180.0, 0.0]},
    "arcs": [
        [[720, 0], [0, 2]],  # the border, up the 180th meridian
        [[0, 2], [2, 0], [0, -2], [-2, 0]],  # east of it, from the north end around to the south end
        [[720, 0], [-2, 0], [0, 2], [2, 0]],  # west of it, from the south end around to the north end
        [[4, 8], [0, 0]],  # an island that has collapsed
        [[716, 1], [0, 0]],  # a hole that has collapsed
    ],
    "objects": {
        "countries": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "MultiPolygon", "arcs": [[[0, 1]], [[3]]], "properties": {"a3": "EEE"}},
                {"type": "Polygon", "arcs": [[2, ~0], [4]], "properties": {"a3": "AAA"}},
            ],
        }
    },
}


def test_the_script_keeps_borders_shared_and_collapsed_islands_as_points(tmp_path: Path) -> None:
    source, target = tmp_path / "50m.json", tmp_path / "outlines.json.gz"
    source.write_text(json.dumps(SQUARES))
    command = [sys.executable, str(ROOT / "scripts" / "borders.py"), str(source), "--to", str(target)]
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    once = target.read_bytes()
    subprocess.run(command, capture_output=True, check=False)

    assert first.returncode == 1 and "BORDERS_SHA256" in first.stderr, "another hash than the one in outlines.py"
    assert target.read_bytes() == once
    assert json.loads(gzip.decompress(once)) == {
        "scale": 1000,
        "arcs": [
            [180000, 0, 0, 1000],
            [-180000, 1000, 1000, 0, 0, -1000, -1000, 0],
            [180000, 0, -1000, 0, 0, 1000, 1000, 0],
        ],
        "outlines": {
            "AAA": {"polygons": [[[2, -1]]], "points": []},
            "EEE": {"polygons": [[[0, 1]]], "points": [[-178000, 4000]]},
        },
    }


@pytest.mark.parametrize(
    ("lon", "lat", "country", "km"),
    [
        (-69.94, -4.24, "COL", 2.8),  # Tabatinga
        (-69.94, -4.24, "PER", 2.9),
        (-57.65, -30.25, "URY", 0.2),  # Monte Caseros
        (-57.65, -30.25, "BRA", 7.2),
        (-51.83, 3.84, "FRA", 2.2),  # Oiapoque
        (-69.04, -16.57, "BOL", 0.7),  # Desaguadero
        (-69.04, -16.57, "CHL", 115),
        (-60.0, 65.8, "GRL", 293),  # a corner of Nanook; 310 when the nearest point is taken in degrees
        (-61.45, 12.48, "VCT", 27),  # Carriacou; 60 without the island that is a point
        (-179.95, 52.0, "USA", 18.9),  # to an island beyond the 180th meridian
        (-16.57, -69.04, "PER", 6_709),
        (-56, -10, "BRA", 0),
        (105.0, 12.0, "PER", 18_000),  # around its antipode the plane would turn Peru inside out
    ],
)
def test_distances_to_land(lon: float, lat: float, country: str, km: float) -> None:
    assert geometry.distance_km(lon, lat, country) == pytest.approx(km, abs=1 if km < 5_000 else 1_000)


# What is wrong with an area

AT = "/geometry/coordinates"
SQUARE = rectangle(0, 0, 9, 9)
MANY = [[math.cos(i / 1001 * math.tau), math.sin(i / 1001 * math.tau)] for i in range(2001)]


@pytest.mark.parametrize(
    ("place", "radius_km", "expected"),
    [
        (point(-69.73, -16.74), 20, []),
        (point(-69.73, -16.74), None, []),
        ({"type": "Point", "coordinates": [-69.73, -16.74, 3800]}, None, []),
        ({"type": "MultiPoint", "coordinates": [[179, 52], [-179, 51]]}, None, []),
        (polygon(SQUARE), None, []),
        (polygon(SQUARE, rectangle(1, 1, 2, 2)), None, []),
        (ALEUTIANS, None, []),
        (HALVES, None, []),
        (POLAR_CAP, None, []),
        ({}, None, ["/geometry/type unknown_type"]),
        ({"type": ["Point"]}, 5, ["/geometry/type unknown_type"]),
        (
            {"type": "GeometryCollection", "geometries": []},
            None,
            ["/geometry/geometries unknown_member", "/geometry/type unknown_type"],
        ),
        ({**point(0, 0), "a/b": 1}, None, ["/geometry/a~1b unknown_member"]),
        ({"type": "Point"}, None, [f"{AT} malformed"]),
        ({"type": "Point", "coordinates": []}, None, [f"{AT} malformed"]),
        ({"type": "Point", "coordinates": [[1, 2]]}, None, [f"{AT} malformed"]),
        ({"type": "Polygon", "coordinates": [[1, 2]]}, None, [f"{AT}/0/0 malformed", f"{AT}/0/1 malformed"]),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [[1, 2], [3, 4]]]}, None, [f"{AT}/1 malformed"]),
        ({"type": "MultiPoint", "coordinates": []}, None, [f"{AT} empty"]),
        (polygon(), None, [f"{AT} empty"]),
        (multipolygon([SQUARE], []), None, [f"{AT}/1 empty"]),
        (point(True, "1"), None, [f"{AT}/0 not_a_number", f"{AT}/1 not_a_number"]),
        (point(math.nan, math.inf), None, [f"{AT}/0 not_a_number", f"{AT}/1 not_a_number"]),
        (point(10**400, 91), None, [f"{AT}/0 longitude_range", f"{AT}/1 latitude_range"]),
        (point(-180.001, 0), None, [f"{AT}/0 longitude_range"]),
        ({"type": "LineString", "coordinates": [[1, 2], [1, 2]]}, None, [f"{AT} too_few_points"]),
        (polygon([[0, 0], [1, 0], [0, 0]]), None, [f"{AT}/0 too_few_points"]),
        (polygon(SQUARE[:-1]), None, [f"{AT}/0 open_ring"]),
        (polygon(SQUARE, [[1, 1], [2, 1], [2, 2], [1, 2]]), None, [f"{AT}/1 open_ring"]),
        (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), None, [f"{AT}/0 no_area"]),
        (polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), None, [f"{AT} crosses_itself"]),
        (polygon([[175, 50], [-175, 54], [-175, 50], [175, 54], [175, 50]]), None, [f"{AT} crosses_itself"]),
        (polygon(SQUARE, rectangle(20, 20, 21, 21)), None, [f"{AT} hole_outside"]),
        (polygon(SQUARE, rectangle(1, 1, 5, 5), rectangle(2, 2, 3, 3)), None, [f"{AT} hole_outside"]),
        (multipolygon([SQUARE], [rectangle(20, 20, 30, 30)[:-1]]), None, [f"{AT}/1/0 open_ring"]),
        (multipolygon([SQUARE], [rectangle(8, 8, 10, 10)]), None, [f"{AT} parts_overlap"]),
        (polygon([[-170, 70], [-60, 75], [60, 70], [170, 70], [-170, 70]]), None, [f"{AT}/0 around_pole"]),
        (polygon([*MANY, MANY[0]]), None, [f"{AT} too_many_vertices"]),
        (point(0, 0), 0, ["/radius_km radius_range"]),
        (point(0, 0), 2_001, ["/radius_km radius_range"]),
        (point(0, 0), math.nan, ["/radius_km not_a_number"]),
        (point(0, 0), "20", ["/radius_km not_a_number"]),
        (polygon(SQUARE), 20, ["/radius_km radius_without_point"]),
    ],
)
def test_faults_of_a_place(place: Json, radius_km: object, expected: list[str]) -> None:
    faults = geometry.faults(place, radius_km)
    assert [f"{pointer} {code}" for pointer, code in faults] == expected
    assert {code for _, code in faults} <= geometry.CODES.keys()


def test_a_list_of_bad_numbers_names_a_few() -> None:
    faults = geometry.faults({"type": "MultiPoint", "coordinates": [[500, 0]] * 1_500})
    assert len(faults) == geometry.MAX_FAULTS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=12,
)
kinds = st.sampled_from(["Point", "MultiPoint", "LineString", "Polygon", "MultiPolygon", "Circle"])
numbers = st.floats(-180, 180) | st.integers(-90, 90) | st.sampled_from([180, -180, 90, -90])
positions = st.tuples(numbers, numbers).map(list)


def closed(ring: list[list[float]]) -> list[list[float]]:
    return [*ring, ring[0]]


rings = st.lists(positions, min_size=3, max_size=7).map(closed)
geometries = st.one_of(
    st.fixed_dictionaries({"type": kinds, "coordinates": json_values}),
    st.builds(polygon, rings),
    st.builds(polygon, rings, rings),
    st.lists(rings, min_size=1, max_size=3).map(lambda parts: multipolygon(*([part] for part in parts))),
    st.lists(positions, min_size=1, max_size=5).map(lambda line: {"type": "LineString", "coordinates": line}),
    st.lists(positions, min_size=1, max_size=5).map(lambda points: {"type": "MultiPoint", "coordinates": points}),
)


@pytest.mark.slow
@settings(deadline=None, max_examples=300)
@given(geometries, st.none() | json_values)
def test_whatever_is_posted_is_either_refused_or_can_be_placed(place: Json, radius_km: Any) -> None:
    if geometry.faults(place, radius_km):
        return
    lon, lat = geometry.centre(place)
    west, south, east, north = geometry.bbox(place, radius_km)
    assert -180 <= lon <= 180 and -90 <= lat <= 90
    assert -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90


# Where an area lies


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        (point(-69.73, -16.74), -69.73, -16.74),
        (point(180, 10), -180, 10),
        (polygon(rectangle(-68, 62.2, -60, 65.8)), -64, 63.98),
        (ALEUTIANS, -180, 52.02),
        (HALVES, -180, 52.02),
        ({"type": "MultiPoint", "coordinates": [[179, 10], [-177, 10]]}, -179, 10),
        ({"type": "LineString", "coordinates": [[-80, 0], [-70, 0]]}, -75, 0),
        (polygon([[0, 0], [0, 2], [5e-324, 0], [0, 0]]), 0, 1),
        (WIDE, -60, 0),
    ],
)
def test_centre(place: Json, lon: float, lat: float) -> None:
    found = geometry.centre(place)
    assert found[1] == pytest.approx(lat, abs=0.02)
    assert math.cos(math.radians(found[0] - lon)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("place", "radius_km", "expected"),
    [
        (point(-69.73, -16.74), None, (-69.73, -16.74, -69.73, -16.74)),
        (point(180, 10), None, (-180, 10, -180, 10)),
        (polygon(rectangle(-73.5, -33.9, -71.7, -32.1)), None, (-73.5, -33.9, -71.7, -32.1)),
        (ALEUTIANS, None, (175, 50, -175, 54)),
        (HALVES, None, (175, 50, -175, 54)),
        (polygon(rectangle(170, 50, 180, 54)), None, (170, 50, 180, 54)),
        ({"type": "MultiPoint", "coordinates": [[-179, 1], [100, 2], [178, 3]]}, None, (100, 1, -179, 3)),
        (POLAR_CAP, None, (-180, 70, 180, 90)),
        (point(-69.73, -16.74), 20, (-69.91756, -16.92072, -69.54244, -16.55928)),
        (point(179.5, 51), 300, (175.22402, 48.3027, -176.22402, 53.69605)),
        (point(10, 89), 300, (-180, 86.31404, 180, 90)),
        (point(-60, -89), 300, (-180, -90, 180, -86.31404)),
    ],
)
def test_bbox(place: Json, radius_km: float | None, expected: tuple[float, float, float, float]) -> None:
    assert geometry.bbox(place, radius_km) == pytest.approx(expected, abs=1e-4)


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(1, 2_000), st.floats(0, 360))
def test_a_circle_lies_in_its_bbox(lon: float, lat: float, radius_km: float, azimuth: float) -> None:
    west, south, east, north = geometry.bbox(point(lon, lat), radius_km)
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, azimuth, radius_km * 1000)
    slack = 0.01  # of a degree: the box is that of 360 points around the circle
    assert south - slack <= there_lat <= north + slack
    beyond = (there_lon - west) % 360
    assert beyond <= (east - west) % 360 + 0.2 or beyond >= 359.8 or (west, east) == (-180, 180)


@pytest.mark.parametrize(("place", "radius_km"), [(case[2], case[3]) for case in CASES], ids=[c[0] for c in CASES])
def test_a_description_has_the_centre_and_kind(place: Json, radius_km: float | None) -> None:
    told = geometry.describe(place, radius_km)
    kind = "polygon" if place["type"] == "Polygon" else "point" if radius_km is None else "circle"
    assert told == {"kind": kind, "lon": told["lon"], "lat": told["lat"], "radius_km": radius_km}
    assert (told["lon"], told["lat"]) == geometry.centre(place)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_swapped_coordinates_are_noticed_and_right_ones_are_not(case: Case) -> None:
    _, state, place, _, _ = case
    lon, lat = geometry.centre(place)
    assert not geometry.swapped(lon, lat, state)
    assert geometry.swapped(lat, lon, state)


@pytest.mark.parametrize(
    ("lon", "lat", "state"),
    [
        (-60.0, -65.0, "CHL"),  # Antarctica, on purpose
        (-157.9, 21.3, "PER"),  # Hawaii: far, and no latitude of 157.9
        (-16.57, -69.04, "OAS"),  # no territory
        (2.35, 48.86, "PER"),  # far either way
    ],
)
def test_far_places_are_not_taken_for_swapped_ones(lon: float, lat: float, state: str) -> None:
    assert not geometry.swapped(lon, lat, state)
