"""Where words can stand on a map: inside the state they name, on nothing that must be seen, never on each other.

Everything is in points of the picture. Places are tried on a grid of squares of STEP points, which makes the search for
ten states a matter of milliseconds.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from notify.maps.outlines import Coordinates

STEP = 4

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

Grid = npt.NDArray[np.bool_]
"""Rows of squares from the top; true where something is."""


@dataclass(frozen=True)
class Words:
    """Lines of a label as they are drawn; ``size`` is that of the letters, ``spacing`` what stands between them."""

    lines: tuple[str, ...]
    size: float
    spacing: float = 0.0

    @property
    def width(self) -> float:
        return max(_length(line, self.size, self.spacing) for line in self.lines)

    @property
    def height(self) -> float:
        return self.size * (1 + LEADING * (len(self.lines) - 1))


LEADING = 1.15
"""From one line to the next, in sizes of letters."""


def words(text: str, size: float, spacing: float = 0.0, longest: int = 26, lines: int = 3) -> Words:
    """A text in so many lines of so many letters at most; what does not fit is cut off with an ellipsis."""
    wrapped = textwrap.wrap(text, longest, max_lines=lines, placeholder="…", break_on_hyphens=False)
    return Words(tuple(wrapped) or ("",), size, spacing)


def _length(line: str, size: float, spacing: float) -> float:
    """About how long a line of bold letters is. A browser draws with whatever font it has: these are wide ones."""
    return size * sum(_letter(letter) for letter in line) + spacing * len(line)


def _letter(letter: str) -> float:
    if letter in " .,;:'ilIj|!":
        return 0.36
    if ord(letter) >= 0x2E80:
        return 1.0
    return 0.78 if letter.isupper() else 0.7


class Board:
    """What is taken already on a picture."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.taken: Grid = np.zeros((-(-height // STEP), -(-width // STEP)), dtype=np.bool_)

    def take(self, box: Box, around: float = 0.0) -> None:
        """Keep words off a box, and off so many points around it."""
        left, top, right, bottom = box
        if right + around >= 0 and bottom + around >= 0:
            self.taken[self._squares((left - around, top - around, right + around, bottom + around))] = True

    def free(self, box: Box) -> bool:
        """Whether a box is inside the picture and on nothing taken."""
        left, top, right, bottom = box
        if left < STEP or top < STEP or right > self.width - STEP or bottom > self.height - STEP:
            return False
        return not self.taken[self._squares(box)].any()

    def share(self, box: Box, of: Grid) -> float:
        """How much of a box is on a grid's squares, 0 to 1."""
        return float(of[self._squares(box)].mean())

    def _squares(self, box: Box) -> tuple[slice, slice]:
        left, top, right, bottom = (max(int(edge // STEP), 0) for edge in box)
        return slice(top, bottom + 1), slice(left, right + 1)

    def cover(self, rings: Iterable[Coordinates]) -> Grid:
        """The squares whose middle is inside of rings, holes left out (even-odd rule)."""
        rows, columns = self.taken.shape
        turns = np.zeros((rows, columns + 1), dtype=np.int64)
        middles = (np.arange(rows)[:, None] + 0.5) * STEP
        for ring in rings:
            (x, y), (next_x, next_y) = ring.T, np.roll(ring, -1, axis=0).T
            row, edge = np.nonzero((y <= middles) != (next_y <= middles))
            slope = (next_x[edge] - x[edge]) / (next_y[edge] - y[edge])
            crossing = x[edge] + (middles[row, 0] - y[edge]) * slope
            np.add.at(turns, (row, np.clip(np.ceil(crossing / STEP - 0.5), 0, columns).astype(np.int64)), 1)
        return np.asarray(turns.cumsum(axis=1)[:, :-1] % 2 == 1)

    def inside(self, label: Words, own: Grid, others: Grid, whole: bool = False) -> Box | None:
        """The best box for a label on its own ground, deep inside of it; None where it would stand mostly elsewhere.

        It may run out to sea a little, and less over ``others``; with ``whole`` it may not.
        """
        rows, columns = -(-int(label.height + 4) // STEP), -(-int(label.width + 4) // STEP)
        if rows + 2 > own.shape[0] or columns + 2 > own.shape[1] or not own.any():
            return None
        size = rows * columns
        covered = _sums(own, rows, columns) / size
        elsewhere = _sums(others, rows, columns) / size
        wide = _sums(np.pad(own, 3), rows + 6, columns + 6) / ((rows + 6) * (columns + 6))
        middle_row, middle_column = (axis.mean() for axis in np.nonzero(own))
        down = np.arange(covered.shape[0])[:, None] + rows / 2 - middle_row
        along = np.arange(covered.shape[1])[None, :] + columns / 2 - middle_column
        value = 2 * covered + wide - 2 * elsewhere - np.hypot(down, along) / 100
        possible = (covered >= (0.97 if whole else 0.3)) & (elsewhere <= 0.65) & (_sums(self.taken, rows, columns) == 0)
        possible[[0, -1], :] = False
        possible[:, [0, -1]] = False
        if not possible.any():
            return None
        row, column = np.unravel_index(np.where(possible, value, -np.inf).argmax(), value.shape)
        left, top = float(column * STEP), float(row * STEP)
        return left, top, left + columns * STEP, top + rows * STEP

    def beside(self, label: Words, box: Box, gaps: Iterable[float], others: Grid | None = None) -> Box | None:
        """A free box at the right, left, above or below another one, the narrowest gap first, else at a corner.

        Of these the first that is on little of ``others``, else the one on least of them; None when it would be most.
        """
        left, top, right, bottom = box
        middle_x, middle_y = (left + right - label.width) / 2, (top + bottom - label.height) / 2
        sides, corners = [], []
        for gap in gaps:
            before, after = left - gap - label.width, right + gap
            above, below = top - gap - label.height, bottom + gap
            sides += [(after, middle_y), (before, middle_y), (middle_x, above), (middle_x, below)]
            corners += [(after, above), (after, below), (before, above), (before, below)]
        best, least = None, 0.6
        for x, y in sides + corners:
            found = (x, y, x + label.width, y + label.height)
            if not self.free(found):
                continue
            on = 0.0 if others is None else self.share(found, others)
            if on < 0.1:
                return found
            if on < least:
                best, least = found, on
        return best

    def clamped(self, label: Words, box: Box) -> Box:
        """A box for a label that must be drawn wherever it is: below the middle of another box, kept in the picture."""
        x = min(max((box[0] + box[2] - label.width) / 2, STEP), max(self.width - STEP - label.width, STEP))
        y = min(max(box[3] + STEP, STEP), max(self.height - STEP - label.height, STEP))
        return x, y, x + label.width, y + label.height


def square(x: float, y: float, half: float) -> Box:
    """The box around a point."""
    return x - half, y - half, x + half, y + half


def _sums(grid: Grid, rows: int, columns: int) -> npt.NDArray[np.int64]:
    """How many squares are true in the window of rows by columns that starts at each square, by a summed-area table."""
    table = np.zeros((grid.shape[0] + 1, grid.shape[1] + 1), dtype=np.int64)
    table[1:, 1:] = grid.cumsum(axis=0).cumsum(axis=1)
    ends, starts = table[rows:], table[:-rows]
    return ends[:, columns:] - ends[:, :-columns] - starts[:, columns:] + starts[:, :-columns]
