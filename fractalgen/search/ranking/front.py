"""The front: what nothing else beats in every objective."""

from __future__ import annotations

from collections.abc import Sequence


def front(costs: Sequence[tuple[float, ...]]) -> list[int]:
    """Return the indices of the points that no other point dominates; of equal points the first.

    Args:
        costs: One tuple a point, all of one length; less is better in each place.
    """
    kept: list[int] = []
    for index in sorted(range(len(costs)), key=lambda i: (costs[i], i)):
        # In lexicographic order a point can be dominated only by one that came before it.
        if not any(covers(costs[other], costs[index]) for other in kept):
            kept.append(index)
    return sorted(kept)


def covers(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether `one` is nowhere worse than `other`."""
    return all(a <= b for a, b in zip(one, other, strict=True))
