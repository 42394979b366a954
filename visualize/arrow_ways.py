"""Ways of arrows: straight pieces where they run down, smooth ones where they change lanes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .marks import Point

HEAD = 6.0
"""Length of an arrow head."""


def beziers(points: Sequence[Point]) -> list[Point]:
    """Return the control points of cubic curves through `points`: the first point, then three for each piece.

    Every piece leaves and arrives going down.
    """
    way = [points[0]]
    for (x, y), (to_x, to_y) in pairwise(points):
        half = (to_y - y) / 2
        way += [(x, y + half), (to_x, to_y - half), (to_x, to_y)]
    return way


def until_head(points: Sequence[Point]) -> list[Point]:
    """Return the way without the part that the arrow head covers."""
    x, y = points[-1]
    return [*points[:-1], (x, y - HEAD)]
