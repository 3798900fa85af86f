"""A whole picture: the ground with its states, their names, and what the map is about on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from notify.maps import drawing, labels
from notify.maps.drawing import LAND, OWN, SEA, STATE_WORDS, TOLD
from notify.maps.labels import Board, Box, Grid, Words
from notify.maps.land import Land, graticule, seen
from notify.maps.outlines import Coordinates
from notify.maps.view import View, box_of

MAX_BYTES = 60_000
"""A picture that would be larger is drawn with coarser lines."""

_CORNERS = (3_500, 2_200, 1_200, 0)
"""Corners of land to draw; the first number almost always keeps within MAX_BYTES."""

_SMALL = 60
"""Points: names keep off a state that is smaller, it would disappear under them."""


@dataclass
class Picture:
    """A view of ``own``, the state whose map it is (or ""), and ``told``, the states in the lighter tone.

    ``size``, ``spacing`` are those of the states' names. ``under`` is drawn below those names, ``over`` above them;
    both take their room on the board first.
    """

    view: View
    own: str
    told: Sequence[str]
    size: float = 14.0
    spacing: float = 2.0
    under: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.board = Board(self.view.width, self.view.height)

    def svg(self, names: Mapping[str, str], others: bool = False) -> str:
        """The picture with the names of own and told states; with ``others``, of the rest too where they fit inside."""
        words = self._names(seen(self.view, _CORNERS[0]), names, others)
        for corners in _CORNERS:
            parts = [*self._ground(seen(self.view, corners)), *self.under, *words, *self.over]
            text = drawing.document(self.view.width, self.view.height, parts)
            if len(text.encode()) < MAX_BYTES:
                break
        return text

    def _tone(self, code: str) -> str:
        return OWN if code == self.own else TOLD if code in self.told else LAND

    def _ground(self, land: Land) -> list[str]:
        shapes: dict[str, list[Coordinates]] = {LAND: [], TOLD: [], OWN: []}
        for code, rings in land.shapes.items():
            shapes[self._tone(code)] += rings
        dots: dict[str, list[Coordinates]] = {LAND: [], TOLD: [], OWN: []}
        for code in land.dots:
            dots[self._tone(code)] += self._dots(land, code)
        return [
            drawing.stroked(drawing.path(graticule(self.view)), drawing.GRID, 0.6),
            *(drawing.filled(rings, tone) for tone, rings in shapes.items()),
            drawing.stroked(drawing.path(land.borders), drawing.BORDER, 1.1, ' stroke-dasharray="5 2"'),
            drawing.stroked(drawing.path(land.coasts), drawing.COAST, 0.8),
            *(drawing.islands(points, tone) for tone, points in dots.items()),
        ]

    def _dots(self, land: Land, code: str) -> list[Coordinates]:
        """All tiny islands of the states that the map is about, and one of any state that else would not be seen."""
        dots = list(land.dots.get(code, ()))
        return dots if code == self.own or code in self.told else [] if code in land.shapes else dots[:1]

    def _names(self, land: Land, names: Mapping[str, str], others: bool) -> list[str]:
        """Names in spaced capitals: first inside, own state first, then beside what is too small, then the rest."""
        if not names:
            return []
        mine = [
            code for code in dict.fromkeys((self.own, *sorted(self.told))) if code in land.shapes or code in land.dots
        ]
        rest = sorted(set(land.shapes) - {self.own, *self.told}) if others else []
        edges = {code: self._edges(land, code) for code in mine}
        for left, top, right, bottom in edges.values():
            if max(right - left, bottom - top) < _SMALL:
                self.board.take((left, top, right, bottom))
        grounds = {code: self.board.cover(rings) for code, rings in land.shapes.items()}
        nowhere = np.zeros_like(self.board.taken)
        anywhere = np.logical_or.reduce([nowhere, *grounds.values()])
        drawn: dict[str, str] = {}
        for where, codes in (("inside", mine), ("beside", mine), ("whole", rest)):
            for code in codes:
                if code not in names or code in drawn:
                    continue
                words = labels.words(names[code].upper(), self.size, self.spacing, longest=14)
                ground = grounds.get(code, nowhere)
                if where == "beside":
                    box = self._beside(words, edges[code], anywhere & ~ground)
                else:
                    box = self.board.inside(words, ground, anywhere & ~ground, whole=where == "whole")
                if box:
                    self.board.take(box, around=3)
                    halo = SEA if self.board.share(box, anywhere) < 0.5 else self._tone(code)
                    drawn[code] = drawing.label(words, box, STATE_WORDS, halo, 700)
        return list(drawn.values())

    def _edges(self, land: Land, code: str) -> Box:
        """The box around what is seen of a state."""
        pieces = (*land.shapes.get(code, ()), *self._dots(land, code))
        return box_of(np.concatenate([np.reshape(piece, (-1, 2)) for piece in pieces]))

    def _beside(self, words: Words, edges: Box, others: Grid) -> Box | None:
        """A box at the side of a small state; of one that the picture cuts off only a corner is seen: no name."""
        left, top, right, bottom = edges
        if not (self.view.holds(left, top) and self.view.holds(right, bottom)):
            return None
        return self.board.beside(words, edges, (5, 14, 24), others)
