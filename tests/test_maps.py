"""The maps of pages and mails: what they must show, where, and that nothing in them can do harm."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.maps import drawing, geometry, labels, land, markers, outlines, svg
from notify.maps.view import MARGIN, View
from tests.support.places import ALEUTIANS, CASES, HALVES, NAMES, POLAR_CAP, WIDE, Json, point, polygon, rectangle

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ElementTree.Element:
    assert len(picture.encode()) < 60_000
    root = ElementTree.fromstring(picture)
    assert outlines.LICENCE in picture
    for element in root.iter():
        assert not {"style", "class", "href", "onload"} & element.attrib.keys()
        assert element.tag not in (SVG + "style", SVG + "script", SVG + "image", SVG + "foreignObject")
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [" ".join(element.itertext()) for element in root.iter(SVG + "text")]


def positions_of(data: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The corners of path data of the form that drawing.path writes."""
    corners = []
    for part in re.findall(r"M[^M]+", data):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", part)]
        assert len(numbers) % 2 == 0
        corners.append(np.cumsum(np.array(numbers).reshape(-1, 2), axis=0))
    return np.concatenate(corners)


def area_of(root: ElementTree.Element) -> np.ndarray[Any, np.dtype[np.float64]]:
    (path,) = (e for e in root.iter(SVG + "path") if e.get("fill") == drawing.AREA)
    return positions_of(path.attrib["d"])


def points_in_km(root: ElementTree.Element) -> float:
    """How long a kilometre is, by the scale bar."""
    (group,) = root.iter(SVG + "g")
    bar, words = group.find(SVG + "path"), group.find(SVG + "text")
    assert bar is not None and words is not None and words.text
    km = float(words.text.removesuffix("\N{NO-BREAK SPACE}km").replace("\N{NO-BREAK SPACE}", ""))
    length = re.search(r"H([\d.]+)", bar.attrib["d"])
    assert length
    return float(length[1]) / km


@pytest.mark.slow
@pytest.mark.parametrize(("name", "state", "place", "radius_km", "told"), CASES, ids=[case[0] for case in CASES])
def test_every_case_has_a_map_with_its_names(
    name: str, state: str, place: Json, radius_km: float | None, told: list[str]
) -> None:
    picture = svg.area_map(place, radius_km, state, told, NAMES, name)
    root = parsed(picture)
    assert picture == svg.area_map(place, radius_km, state, told, NAMES, name)
    assert name in texts(root)
    assert NAMES[state].upper() in texts(root)
    assert drawing.OWN in picture
    borders = f'stroke="{drawing.BORDER}" stroke-width="1.1"' in picture
    assert borders or name in ("TRADEWINDS", "NANOOK"), "no land border is near these"
    scale = points_in_km(root)
    assert 200 * scale <= 400.1 and 4_000 * scale >= 399.9


@pytest.mark.parametrize(("name", "state", "place", "radius_km", "told"), CASES, ids=[case[0] for case in CASES])
def test_words_stand_apart_and_inside(
    name: str, state: str, place: Json, radius_km: float | None, told: list[str]
) -> None:
    root = parsed(svg.area_map(place, radius_km, state, told, NAMES, name))
    boxes = list(boxes_of(root))
    for (left, top, right, bottom), (other_left, other_top, other_right, other_bottom) in combinations(boxes, 2):
        assert left >= other_right or other_left >= right or top >= other_bottom or other_top >= bottom
    assert all(min(box) >= 0 and box[2] <= 440 and box[3] <= 400 for box in boxes)


def boxes_of(root: ElementTree.Element) -> Iterator[labels.Box]:
    """Where the labels stand, by how wide their letters are at most in the fonts that the maps name."""
    for element in root.findall(SVG + "text"):
        size, spacing = float(element.attrib["font-size"]), float(element.get("letter-spacing", 0))
        for line in [element, *element]:
            if line.text:
                width = labels.Words((line.text,), size, spacing).width
                x, y = float(line.attrib["x"]), float(line.attrib["y"])
                left = x - {"start": 0, "middle": 0.5, "end": 1}[element.attrib["text-anchor"]] * width
                yield left, y - 0.7 * size, left + width, y


def test_a_circle_is_round_in_the_middle_and_as_large_as_it_is() -> None:
    root = parsed(svg.area_map(point(-69.04, -16.57), 30, "PER", ["BOL", "CHL"], NAMES, "PUMA, radio 30 km"))
    away = np.hypot(*(area_of(root) - [220, 200]).T)
    assert away.min() == pytest.approx(away.max(), abs=0.3)
    assert away.mean() == pytest.approx(30 * points_in_km(root), rel=0.01)


@pytest.mark.parametrize("place", [ALEUTIANS, HALVES], ids=["written on", "cut in halves"])
def test_an_area_across_the_180th_meridian_is_one_small_area(place: Json) -> None:
    root = parsed(svg.area_map(place, None, "USA", ["CAN"], NAMES, "Aleutians"))
    corners = area_of(root)
    width, height = np.ptp(corners, axis=0) / points_in_km(root)
    assert width == pytest.approx(716, rel=0.02)  # 10° of longitude at 50° north, the wider side
    assert height == pytest.approx(460, rel=0.04)  # 4° of latitude, and the bend of the parallels
    assert (
        len(re.findall("M", next(e.attrib["d"] for e in root.iter(SVG + "path") if e.get("fill") == drawing.AREA))) == 1
    )


def test_a_circle_across_the_180th_meridian_is_round() -> None:
    away = np.hypot(*(area_of(parsed(svg.area_map(point(179.5, 52), 300, "USA", [], NAMES, ""))) - [220, 200]).T)
    assert away.min() == pytest.approx(away.max(), rel=0.01)


def test_an_area_near_the_pole_keeps_its_shape() -> None:
    root = parsed(svg.area_map(polygon(rectangle(-68, 62.2, -60, 65.8)), None, "CAN", ["USA"], NAMES, "NANOOK"))
    width, height = np.ptp(area_of(root), axis=0) / points_in_km(root)
    assert width == pytest.approx(416, rel=0.02)
    assert height == pytest.approx(407, rel=0.03)


def test_an_area_around_the_pole_is_a_circle_without_a_seam() -> None:
    root = parsed(svg.area_map(POLAR_CAP, None, "CAN", ["USA"], NAMES, "Cap"))
    corners = area_of(root)
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    away = np.hypot(*(corners - middle).T)
    assert away.min() == pytest.approx(away.max(), rel=0.02)


@pytest.mark.parametrize(
    ("place", "marks"),
    [
        (point(-74.07, 4.69), 1),
        ({"type": "MultiPoint", "coordinates": [[-80, 9], [-79, 9.3], [-82, 8.5]]}, 3),
        ({"type": "LineString", "coordinates": [[-80, 0], [-85, -5], [-80, -10]]}, 1),
        ({"type": "MultiPolygon", "coordinates": [[rectangle(-75, 0, -74, 1)], [rectangle(-78, 0, -77, 1)]]}, 1),
        (polygon(rectangle(-75, 0, -74, 1), rectangle(-74.7, 0.3, -74.3, 0.7)), 1),
        (polygon(rectangle(-74.0001, 4, -74, 4.0001)), 1),  # too small to be seen: a dot
    ],
)
def test_each_kind_of_area_is_drawn(place: Json, marks: int) -> None:
    assert geometry.faults(place) == []
    root = parsed(svg.area_map(place, None, "COL", ["ECU"], NAMES, "X"))
    drawn = [e for e in root.iter() if drawing.AREA in (e.get("fill"), e.get("stroke"))]
    assert all(element.get("d") != "" for element in root.iter())
    assert len(drawn) == marks


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script> & \"'", "bad \x00\x1b\ufffe\ud800 letters", "", "x" * 300]
)
def test_hostile_labels_stay_text(label: str) -> None:
    names = {**NAMES, "PER": "<b>&\x01"}
    root = parsed(svg.area_map(point(-69.04, -16.57), 30, "PER", ["BOL"], names, label))
    assert not list(root.iter("script")) and not list(root.iter("b"))
    assert "<B>&" in texts(root)
    if label.startswith("<"):
        assert any("<script>alert(1)</script>" in text for text in texts(root))


def test_an_area_as_large_as_half_the_earth_still_has_a_map() -> None:
    parsed(svg.area_map(WIDE, None, "USA", ["CAN"], NAMES, "World"))
    parsed(svg.area_map(point(-60, 0), 2_000, "BRA", ["PER"], NAMES, "Wide"))


def test_a_small_map_has_small_letters_and_no_scale_bar() -> None:
    root = parsed(svg.area_map(point(-73.25, -3.75), 40, "PER", ["COL", "ECU", "BRA"], NAMES, "Iquitos", 300, 210))
    assert root.get("viewBox") == "0 0 300 210"
    assert not list(root.iter(SVG + "g"))
    assert {"PERÚ", "ECUADOR", "COLOMBIA", "BRASIL", "Iquitos"} <= set(texts(root))


def circles(root: ElementTree.Element, radius: float) -> list[tuple[float, float]]:
    found = (e for e in root.iter(SVG + "circle") if float(e.attrib["r"]) == radius)
    return [(float(e.attrib["cx"]), float(e.attrib["cy"])) for e in found]


NEAR_PERU = [(-69.6, -23.6, 1), (-69.04, -16.57, 2), (-69.94, -4.24, 3), (-74.07, 4.69, 4), (-70.44, -23.44, 5)]


def test_markers_near_our_borders_stand_apart_and_keep_their_order() -> None:
    root = parsed(svg.near_map(NEAR_PERU, "PER", ["BOL", "BRA", "CHL", "COL", "ECU"], NAMES))
    discs = circles(root, markers.RADIUS)
    assert len(discs) == 5
    assert min(math.dist(a, b) for a, b in combinations(discs, 2)) > 2 * markers.RADIUS
    assert len(circles(root, 2.5)) == 1, "only the fifth is pushed away, with a line to its place"
    assert [text for text in texts(root) if text.isdigit()] == ["1", "2", "3", "4", "5"]
    assert {"PERÚ", "BOLIVIA", "BRASIL", "CHILE", "COLOMBIA", "ECUADOR"} <= set(texts(root))
    assert discs[3][1] < discs[2][1] < discs[1][1] < discs[0][1], "Bogotá, Tabatinga, Desaguadero, Antofagasta"


def test_a_party_without_a_territory_sees_the_americas() -> None:
    root = parsed(svg.near_map([(-106, 35, 1), (-70, -50, 2)], "OAS", [], NAMES))
    (north, south) = circles(root, markers.RADIUS)
    assert north[1] < 200 and south[1] > 420
    assert drawing.OWN not in svg.near_map([], "OAS", [], NAMES)


@pytest.mark.parametrize("state", ["ATG", "BHS", "CAN", "CHL", "ECU", "KNA", "TTO", "USA", "VCT"])
def test_every_state_has_a_map_of_its_surroundings(state: str) -> None:
    root = parsed(svg.near_map([], state, [], NAMES))
    assert texts(root) == [NAMES[state].upper()]


EDGES = [
    ("ARG", "CHL", "maritime"), ("ARG", "CHL", "land"), ("CHL", "PER", "land"), ("CHL", "PER", "maritime"),
    ("CUB", "MEX", "maritime"), ("MEX", "USA", "land"), ("PER", "ZZZ", "land"),
]  # fmt: skip


def edge_paths(root: ElementTree.Element) -> dict[bool, int]:
    """How many edges are drawn dashed, and how many solid."""
    found = {True: 0, False: 0}
    for path in root.iter(SVG + "path"):
        if path.get("stroke") == drawing.PETROL:
            found["stroke-dasharray" in path.attrib] += path.attrib["d"].count("M")
    return found


def test_the_graph_draws_land_solid_and_what_is_only_maritime_dashed() -> None:
    root = parsed(svg.graph_map(EDGES, NAMES))
    assert edge_paths(root) == {False: 3, True: 1}
    assert set(texts(root)) == {"ARG", "CHL", "CUB", "MEX", "PER", "USA"}


def test_the_graph_of_one_state_names_it_and_its_neighbours() -> None:
    root = parsed(svg.graph_map(EDGES, NAMES, "CHL"))
    assert {"Chile", "Argentina", "Perú"} <= set(texts(root))
    assert "México" not in texts(root)
    assert edge_paths(root) == {False: 3, True: 1}


@pytest.mark.parametrize("highlight", [None, "OAS", "JAM"])
def test_an_empty_graph_is_a_map(highlight: str | None) -> None:
    parsed(svg.graph_map([], NAMES, highlight))


def test_a_picture_that_would_be_too_large_is_drawn_with_coarser_lines() -> None:
    view = View.spanning((-90, 70), 4_000, 440, 400)
    counts = [sum(len(line) for line in land.seen(view, most).coasts) for most in (100_000, 3_500, 0)]
    assert counts[0] > 1.5 * counts[1] > 3 * counts[2] > 0


# Their parts


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 440), st.floats(0, 520)), max_size=25))
def test_markers_never_cover_each_other(places: list[tuple[float, float]]) -> None:
    spread = markers.spread(places, 440, 520)
    assert len(spread) == len(places)
    assert all(math.hypot(a.x - b.x, a.y - b.y) > 2 * markers.RADIUS for a, b in combinations(spread, 2))
    assert all(marker.place in (None, place) for marker, place in zip(spread, places, strict=True))
    assert all(0 < marker.x < 440 and 0 < marker.y < 520 for marker in spread)


stars = st.tuples(
    st.floats(-100, 500), st.floats(-100, 500), st.lists(st.floats(20, 400), min_size=3, max_size=12)
).map(
    lambda star: np.array([
        (star[0] + r * math.cos(i / len(star[2]) * math.tau), star[1] + r * math.sin(i / len(star[2]) * math.tau))
        for i, r in enumerate(star[2])
    ])
)  # fmt: skip


@settings(deadline=None)
@given(stars)
def test_a_cut_ring_covers_what_of_it_is_in_the_view(ring: Any) -> None:
    view = View(0, 0, 1, 440, 400)
    cut = view.cut(ring)
    window = shapely.box(-MARGIN, -MARGIN, 440 + MARGIN, 400 + MARGIN)
    expected = shapely.Polygon(ring).intersection(window).area
    assert (shapely.Polygon(cut).area if len(cut) > 2 else 0) == pytest.approx(expected, abs=0.01)


@settings(deadline=None)
@given(stars)
def test_the_board_covers_the_squares_inside_a_ring(ring: Any) -> None:
    board = labels.Board(440, 400)
    rows, columns = np.mgrid[0:100, 0:110] * labels.STEP + labels.STEP / 2
    area = shapely.Polygon(ring)
    wrong = board.cover([ring]) != shapely.contains_xy(area, columns, rows)
    # Whether a square is inside whose middle is on the very edge, nobody can say.
    assert (shapely.distance(shapely.points(columns[wrong], rows[wrong]), area.boundary) < 1e-9).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 500), st.floats(-50, 500)), min_size=2, max_size=20))
def test_path_data_gives_the_corners_back(corners: list[tuple[float, float]]) -> None:
    line = np.array(corners)
    data = drawing.path([line])
    tenths = np.rint(line * 10) / 10
    kept = tenths[np.r_[True, (np.diff(tenths, axis=0) != 0).any(axis=1)]]
    if len(kept) < 2:
        assert data == ""
    else:
        assert positions_of(data) == pytest.approx(kept, abs=1e-6)
