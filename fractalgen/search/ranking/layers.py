"""Points sorted into fronts, one point at a time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from fractalgen.search.ranking.crowding import crowding
from fractalgen.search.ranking.front import covers

Costs = tuple[float, ...]
"""One number an objective; less is better."""


def dominates(one: Costs, other: Costs) -> bool:
    """Return whether `one` is nowhere worse than `other`, and somewhere better."""
    return one != other and covers(one, other)


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
        room = _room(layer)
        return before + sum(room[other] > room[point] for other in layer)

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


def _room(layer: Sequence[Costs]) -> dict[Costs, float]:
    """Return how much room each point has in its layer; equal points count as one."""
    points = sorted(set(layer))
    return dict(zip(points, crowding(points), strict=True))
