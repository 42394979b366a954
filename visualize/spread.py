"""Things in a row, each as near as possible to where it wants to be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def spread(wishes: Sequence[float], widths: Sequence[float], weights: Sequence[float], apart: float) -> list[float]:
    """Return centres that keep order and distances, with the least weighted sum of squared moves.

    This is isotonic regression, solved by pooling neighbours that clash: once the room each needs is taken off, the
    centres need only be non-decreasing.

    Args:
        wishes: Where each centre wants to be, in order of the row.
        widths: How wide each thing is.
        weights: How much each counts.
        apart: Room between two neighbours.
    """
    if not wishes:
        return []
    offsets = [0.0]
    for left, right in pairwise(widths):
        offsets.append(offsets[-1] + (left + right) / 2 + apart)
    pools: list[tuple[float, float, int]] = []
    for wish, offset, weight in zip(wishes, offsets, weights, strict=True):
        mean, mass, count = wish - offset, weight, 1
        while pools and pools[-1][0] > mean:
            other, other_mass, other_count = pools.pop()
            mean = (mean * mass + other * other_mass) / (mass + other_mass)
            mass, count = mass + other_mass, count + other_count
        pools.append((mean, mass, count))
    bases = [mean for mean, _, count in pools for _ in range(count)]
    return [base + offset for base, offset in zip(bases, offsets, strict=True)]
