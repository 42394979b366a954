"""The volume that a front dominates."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

from fractalgen.search.ranking.front import front
from fractalgen.search.ranking.layers import Costs


@lru_cache(maxsize=64)
def hypervolume(points: tuple[Costs, ...], reference: Costs) -> float:
    """Return the exact volume of what is no better than some point and no worse than the reference.

    While et al., A Fast Way of Calculating Exact Hypervolumes (WFG), IEEE TEC 2012: a sum of what each point
    dominates alone, where the others are first moved to where they overlap it.

    Args:
        points: One tuple of costs a point; less is better.
        reference: The worst costs that count; a point that is past it in one place adds nothing.
    """
    inside = [point for point in points if all(a < b for a, b in zip(point, reference, strict=True))]
    return _volume([inside[index] for index in front(inside)], reference)


def _volume(points: list[Costs], reference: Costs) -> float:
    """Return the volume of points that do not dominate each other."""
    points = sorted(points, reverse=True)
    if len(reference) == 2:
        heights = accumulate((second for _, second in reversed(points)), min, initial=reference[1])
        steps = zip(reversed(points), heights, strict=False)
        return sum((reference[0] - first) * (height - second) for (first, second), height in steps)
    return sum(_alone(point, points[index + 1 :], reference) for index, point in enumerate(points))


def _alone(point: Costs, others: list[Costs], reference: Costs) -> float:
    """Return the volume that `point` alone dominates, when all of `others` are better in the first place."""
    overlap = [tuple(map(max, point, other)) for other in others]
    # All overlaps start at the point's own first cost, so that the rest is a volume of one dimension less.
    width = reference[0] - point[0]
    rest = [costs[1:] for costs in overlap]
    whole = 1.0
    for cost, worst in zip(point[1:], reference[1:], strict=True):
        whole *= worst - cost
    return width * (whole - _volume([rest[index] for index in front(rest)], reference[1:]))
