"""The words of SVG that the maps use: paths, dots and labels as presentation attributes, never as style, so that a
strict Content-Security-Policy lets them through wherever they are shown."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

import numpy as np

from notify.maps.labels import LEADING, Box, Words
from notify.maps.outlines import LICENCE, Coordinates

SEA = "#dfe9e9"
LAND = "#f6f3ea"
OWN = "#bcd5d3"
TOLD = "#e3ebdc"
BORDER = "#7f9390"
COAST = "#93a9a8"
GRID = "#c3d3d3"
AREA = "#9a4f00"
AREA_WORDS = "#6d3800"
STATE_WORDS = "#3f5558"
INK = "#16232b"
PETROL = "#0f4a54"

FONT = "'Source Sans 3','Helvetica Neue',Arial,sans-serif"

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not (section 2.2)."""


def document(width: int, height: int, parts: Iterable[str]) -> str:
    """A picture on the sea, with where its borders come from in a comment."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{FONT}"><!-- {LICENCE} --><rect width="{width}" height="{height}" fill="{SEA}"/>'
        f"{''.join(parts)}</svg>"
    )


def path(lines: Iterable[Coordinates], closed: bool = False) -> str:
    """Path data to a tenth of a point, as steps from one position to the next: half as long as positions are."""
    parts = []
    for line in lines:
        tenths = np.rint(line * 10).astype(np.int64)
        steps = np.diff(tenths, axis=0)
        steps = steps[steps.any(axis=1)]
        if not len(steps) or (closed and len(steps) < 2):
            continue
        x, y = tenths[0].tolist()
        walk = "".join(_pair(dx, dy) for dx, dy in steps.tolist())
        parts.append(f"M{_number(x)},{_number(y)}l{walk.lstrip()}{'z' if closed else ''}")
    return "".join(parts)


def _pair(dx: int, dy: int) -> str:
    x, y = _number(dx), _number(dy)
    return f"{x if dx < 0 else ' ' + x}{y if dy < 0 else ' ' + y}"


@functools.lru_cache(maxsize=16_384)
def _number(tenths: int) -> str:
    sign, tenths = ("-", -tenths) if tenths < 0 else ("", tenths)
    whole, rest = divmod(tenths, 10)
    return f"{sign}{whole}.{rest}" if rest and whole else f"{sign}.{rest}" if rest else f"{sign}{whole}"


def filled(lines: Iterable[Coordinates], colour: str) -> str:
    data = path(lines, closed=True)
    return f'<path d="{data}" fill="{colour}"/>' if data else ""


def stroked(data: str, colour: str, width: float, attributes: str = "") -> str:
    if not data:
        return ""
    look = f'stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"{attributes}'
    return f'<path d="{data}" fill="none" {look}/>'


def islands(points: Iterable[Coordinates], colour: str) -> str:
    """Dots for islands too small for a shape: land with its coast."""
    data = "".join(f"M{x:.1f},{y:.1f}h.01" for x, y in points)
    return "".join(
        stroked(data, stroke, width, ' stroke-linecap="round"') for stroke, width in ((COAST, 4), (colour, 2.6))
    )


def dot(x: float, y: float, radius: float, colour: str, attributes: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"{attributes}/>'


def label(words: Words, box: Box, colour: str, halo: str, weight: int = 600, anchor: str = "middle") -> str:
    """Words in a box, with a halo in the colour of their ground."""
    left, top, right, bottom = box
    x = {"start": left, "middle": (left + right) / 2, "end": right}[anchor]
    first = (top + bottom - words.height) / 2 + words.size * 0.86
    spacing = f' letter-spacing="{words.spacing:g}"' if words.spacing else ""
    opening = (
        f'<text x="{x:.1f}" y="{first:.1f}" text-anchor="{anchor}" font-size="{words.size:g}" font-weight="{weight}" '
        f'fill="{colour}"{spacing} stroke="{halo}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke">'
    )
    if len(words.lines) == 1:
        return f"{opening}{escaped(words.lines[0])}</text>"
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{first + i * LEADING * words.size:.1f}">{escaped(line)}</tspan>'
        for i, line in enumerate(words.lines)
    )
    return f"{opening}{spans}</text>"


def escaped(text: str) -> str:
    """A text as XML holds it; what it cannot hold is left out."""
    return escape(_UNWRITABLE.sub("", text))
