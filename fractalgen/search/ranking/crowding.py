"""How much room a point has around it among others of its front."""

from __future__ import annotations

import math
from collections.abc import Sequence


def crowding(costs: Sequence[tuple[float, ...]]) -> list[float]:
    """Return for each point the side lengths of the box to its neighbours, added up; the ends of an axis have no end.

    Deb et al., A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II, IEEE TEC 2002, section III-B.

    Args:
        costs: One tuple a point, all of one length, at least one.
    """
    room = [0.0] * len(costs)
    for axis in range(len(costs[0])):
        order = sorted(range(len(costs)), key=lambda index: costs[index][axis])
        span = costs[order[-1]][axis] - costs[order[0]][axis]
        room[order[0]] = room[order[-1]] = math.inf
        if span > 0:
            for before, here, after in zip(order, order[1:], order[2:], strict=False):
                room[here] += (costs[after][axis] - costs[before][axis]) / span
    return room
