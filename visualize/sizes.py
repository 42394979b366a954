"""Sizes that every layout shares, in points."""

from __future__ import annotations

from .cells import Cell
from .lettering import text_width

MAIN = 12.0
SMALL = 10.0
BAR_HEIGHT = 20.0
GAP = 22.0
"""Between a box and one that reads it, in one rule call."""
WIDE_GAP = 40.0
"""The same between two blocks, whose grounds need room."""
WIDEST = 230.0
PADDING = 12.0


def cell_height(cell: Cell) -> float:
    """Return the height of a box or bar."""
    if cell.is_bar:
        return BAR_HEIGHT
    return 42.0 if len(cell.lines) > 1 else 28.0


def cell_width(cell: Cell) -> float:
    """Return how wide a box must be for its text; longer text is cut."""
    sizes = (MAIN, SMALL)
    widest = max(text_width(line[:200], size) for line, size in zip(cell.lines, sizes, strict=False))
    return min(widest, WIDEST) + 2 * PADDING
