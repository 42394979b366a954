"""Points sorted into fronts, one point at a time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

Costs = tuple[float, ...]
"""One number an objective; less is better."""


def dominates(one: Costs, other: Costs) -> bool:
    """Return whether `one` is nowhere worse than `other`, and somewhere better."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


class Layers:
    """Non-dominated sorting that takes points as they come; with one objective it is plain sorting.

    Layer 0 is the front; each other layer is the front of what the ones before leave. Points are added as in
    Li et al., Efficient Nondomination Level Update, IEEE Trans. Cybernetics 2017: only what a newcomer pushes down
    is compared, so that a point costs far less than sorting all of them.
    """

    def __init__(self) -> None:
        self._layers: list[list[Costs]] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, point: Costs) -> int:
        """Add a point; return how many points are strictly better: in a layer before its own, or less crowded in it."""
        self._size += 1
        level = bisect_left(self._layers, True, key=lambda layer: not any(dominates(other, point) for other in layer))
        self._push([point], level)
        before = sum(len(layer) for layer in self._layers[:level])
        layer = self._layers[level]
        distances = crowding(layer)
        return before + sum(distances[other] > distances[point] for other in layer)

    def _push(self, moving: list[Costs], level: int) -> None:
        while moving:
            if level == len(self._layers):
                self._layers.append([])
            layer = self._layers[level]
            sunk = [other for other in layer if any(dominates(point, other) for point in moving)]
            if len(sunk) == len(layer):
                # The whole layer goes down, and with it all below, each as it is.
                self._layers[level : level + 1] = [moving, layer] if layer else [moving]
                return
            down = set(sunk)
            self._layers[level] = [other for other in layer if other not in down] + moving
            moving, level = sunk, level + 1


def crowding(layer: Sequence[Costs]) -> dict[Costs, float]:
    """Return each point's distance to its neighbours; the ends of each objective are infinitely far from others.

    Deb et al., A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II, IEEE TEC 2002, section III-B. Equal
    points count as one.
    """
    points = sorted(set(layer))
    distances = dict.fromkeys(points, 0.0)
    for axis in range(len(points[0])):
        ordered = sorted(points, key=lambda point: point[axis])
        extent = ordered[-1][axis] - ordered[0][axis]
        distances[ordered[0]] = distances[ordered[-1]] = math.inf
        for before, point, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
            distances[point] += (after[axis] - before[axis]) / extent if extent else 0.0
    return distances
