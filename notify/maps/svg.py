"""The maps of pages and mails, as SVG text: an area and its neighbours, what is coming near our borders, the graph.

Pure functions: the same arguments give the same bytes. Words come in as they are to be read; the sentence that stands
for the picture (alt) is the page's. The state whose map it is has the deeper green, states that are told the lighter
one. Borders are those of outlines.LICENCE, which each picture carries in a comment.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely

from notify.maps import drawing, labels, markers, outlines
from notify.maps.area import LEAST_KM, Area
from notify.maps.drawing import AREA_WORDS, INK, LAND, PETROL
from notify.maps.labels import Board, square
from notify.maps.outlines import Coordinates
from notify.maps.picture import Picture
from notify.maps.planar import GEOD, Position
from notify.maps.view import View

AMERICAS = np.array([(-141.0, 62.0), (-84.0, 71.0), (-52.0, 62.0), (-34.5, -7.0), (-118.0, 30.0), (-69.0, -56.0)])
"""Places around the Americas; the far north is cut where nobody lives."""

_SMALL = 360
"""Points of width: a narrower map has smaller letters and no scale bar."""


def area_map(
    geometry: Mapping[str, object],
    radius_km: float | None,
    own: str,
    told: Sequence[str],
    names: Mapping[str, str],
    label: str,
    width: int = 440,
    height: int = 400,
) -> str:
    """An area (GeoJSON without faults, radius only with a Point) in its state ``own`` and the states told of it.

    ``told`` and ``names`` are by alpha-3 code; states without a name stay unnamed, ``label`` names the area.
    """
    area = Area.of(geometry, radius_km)
    span = area.span_km(set(told or names) - {own})
    small = width < _SMALL
    view = View.spanning(area.middle, span, width, height)
    picture = Picture(view, own, told, *((12.0, 1.5) if small else (15.0, 3.0)))
    drawn, box = area.drawn(view)
    picture.under.append(drawn)
    if not small:
        picture.under.append(_scale(view, picture.board))
    picture.board.take(box, around=2)
    if label.strip():
        words = labels.words(label, 12.5 if small else 14)
        place = picture.board.beside(words, box, (7, 16)) or picture.board.clamped(words, box)
        picture.board.take(place, around=2)
        anchor = "start" if place[0] > box[2] else "end" if place[2] < box[0] else "middle"
        picture.over.append(drawing.label(words, place, AREA_WORDS, LAND, 600, anchor))
    return picture.svg(names, others=True)


def near_map(
    points: Sequence[tuple[float, float, int | str]],
    own: str,
    told: Sequence[str],
    names: Mapping[str, str],
    width: int = 440,
    height: int = 520,
) -> str:
    """A state, its neighbours ``told``, and numbered places (longitude, latitude, number). Around a party without a
    territory, an organisation, the Americas are shown."""
    home = _home(own)
    if home is None:
        view = View.around(AMERICAS, LEAST_KM, width, height, 8)
    else:
        places = np.array([(lon, lat) for lon, lat, _ in points], dtype=np.float64).reshape(-1, 2)
        view = View.around(np.concatenate((home, places)), 600, width, height, 3.2 * markers.RADIUS)
    picture = Picture(view, own, told)
    if points:
        where = view.points(np.array([(lon, lat) for lon, lat, _ in points], dtype=np.float64)).tolist()
        placed = markers.spread([(x, y) for x, y in where], width, height)
        picture.over += [_leader(marker) for marker in placed]
        for marker, (_, _, number) in zip(placed, points, strict=True):
            picture.over.append(_marker(marker, str(number)))
            picture.board.take(square(marker.x, marker.y, markers.RADIUS), around=2)
            picture.board.take(square(*(marker.place or (marker.x, marker.y)), 3))
    return picture.svg(names)


def graph_map(
    edges: Iterable[tuple[str, str, str]],
    names: Mapping[str, str],
    highlight: str | None = None,
    width: int = 560,
    height: int = 720,
) -> str:
    """Which states neighbour each other: edges (code, code, "land" or "maritime") over the Americas.

    Land borders are solid lines, maritime ones dashed; a pair that has both is solid. With ``highlight`` the map is of
    that state and its neighbours, their lines stand out and they are named; others have codes, where there is room.
    """
    pairs = _pairs(edges)
    nodes = sorted({code for pair in pairs for code in pair} | ({highlight} & outlines.codes() if highlight else set()))
    neighbours = sorted({code for pair in pairs if highlight in pair for code in pair} - {highlight})
    places = {code: middle_of(code) for code in nodes}
    around = [places[code] for code in nodes if code == highlight or code in neighbours]
    if around:
        view = View.around(np.array(around), 1_800, width, height, min(width, height) / 6)
    else:
        view = View.around(AMERICAS, LEAST_KM, width, height, 8)
    picture = Picture(view, highlight or "", neighbours)
    picture.over += _edge_lines(view, pairs, places, highlight)
    points = view.points(np.array(list(places.values())).reshape(-1, 2)).tolist()
    where = {code: (x, y) for code, (x, y) in zip(places, points, strict=True)}
    for code, (x, y) in where.items():
        size = 5 if code == highlight else 3.4
        picture.over.append(drawing.dot(x, y, size, PETROL, ' stroke="#fff" stroke-width="1.2"'))
        picture.board.take(square(x, y, 4))
    for code in sorted(nodes, key=lambda code: (code != highlight, code not in neighbours, code)):
        named = code == highlight or code in neighbours
        words = labels.words(names.get(code, code) if named else code, 11.5, 0.3, longest=18)
        box = picture.board.beside(words, square(*where[code], 3.4), (3, 9) if named else (3,))
        if box:
            picture.board.take(box)
            picture.over.append(drawing.label(words, box, INK, LAND))
    return picture.svg({})


def _edge_lines(
    view: View, pairs: Mapping[tuple[str, str], str], places: Mapping[str, Position], highlight: str | None
) -> list[str]:
    """The lines of the graph in four looks, those of the highlighted state last and on top."""
    lines = dict(zip(pairs, _geodesics(view, [(places[a], places[b]) for a, b in pairs]), strict=True))
    drawn = []
    for kind, near in (("maritime", False), ("land", False), ("maritime", True), ("land", True)):
        chosen = [lines[pair] for pair in pairs if pairs[pair] == kind and (highlight in pair) == near]
        dashes = "" if kind == "land" else ' stroke-dasharray="4 3"'
        faint = "" if near or highlight is None else ' stroke-opacity=".35"'
        drawn.append(drawing.stroked(drawing.path(chosen), PETROL, 1.8 if near else 1.2, dashes + faint))
    return drawn


def _pairs(edges: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """The kind of each pair that has outlines, in order of codes; land where a pair has both kinds."""
    pairs: dict[tuple[str, str], str] = {}
    for a, b, kind in edges:
        pair = (min(a, b), max(a, b))
        if pairs.get(pair) != "land" and {a, b} <= outlines.codes():
            pairs[pair] = kind
    return dict(sorted(pairs.items()))


@functools.cache
def middle_of(code: str) -> Position:
    """A place inside a country's largest part, where a line to it can end; its island where it has nothing larger."""
    shape = outlines.shape(code)
    if shape is None:
        raise KeyError(code)
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    inside = largest.centroid if largest.contains(largest.centroid) else largest.representative_point()
    return inside.x, inside.y


def _home(own: str) -> Coordinates | None:
    """The corners of a state's main lands: far islands, small beside the rest, would make the rest small on the map."""
    shape = outlines.shape(own)
    if shape is None:
        return None
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    return shapely.get_coordinates(parts[areas >= areas.max() / 10])


def _geodesics(view: View, pairs: Sequence[tuple[Position, Position]]) -> list[Coordinates]:
    """The shortest lines between places, in points of the view."""
    if not pairs:
        return []
    lines = [[start, *GEOD.npts(*start, *end, 14), end] for start, end in pairs]
    return np.split(view.points(np.array(lines).reshape(-1, 2)), len(lines))


def _marker(marker: markers.Marker, number: str) -> str:
    size = 15 if len(number) < 3 else 11
    return drawing.dot(marker.x, marker.y, markers.RADIUS, PETROL, ' stroke="#fff" stroke-width="2"') + (
        f'<text x="{marker.x:.1f}" y="{marker.y + size * 0.35:.1f}" text-anchor="middle" font-size="{size}" '
        f'font-weight="700" fill="#fff">{drawing.escaped(number)}</text>'
    )


def _leader(marker: markers.Marker) -> str:
    if marker.place is None:
        return ""
    x, y = marker.place
    line = np.array([[x, y], [marker.x, marker.y]])
    return drawing.stroked(drawing.path([line]), PETROL, 1.5) + drawing.dot(x, y, 2.5, PETROL)


def _scale(view: View, board: Board) -> str:
    """The scale bar, below on the left: a round number of kilometres, 45 to 115 points long."""
    km = max(step * 10**power for power in range(-1, 5) for step in (1, 2, 5) if step * 10**power / view.km <= 115)
    length = km / view.km
    text = f"{km:,g}".replace(",", "\N{NO-BREAK SPACE}") + "\N{NO-BREAK SPACE}km"
    words = labels.words(text, 12.5)
    box = (8.0, view.height - 38.0, 8.0 + length + 0.85 * words.width + 24, view.height - 8.0)
    board.take(box)
    return (
        f'<g transform="translate(16 {view.height - 18})"><rect x="-8" y="-20" width="{box[2] - box[0]:.1f}" '
        f'height="30" rx="2" fill="#fff" fill-opacity=".85"/>'
        f'<path d="M0-6V0H{length:.1f}V-6" fill="none" stroke="{INK}" stroke-width="1.5"/>'
        f'<text x="{length + 6:.1f}" y="1" font-size="12.5" fill="{INK}">{text}</text></g>'
    )
