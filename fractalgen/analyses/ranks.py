"""How well two measures agree on an order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation: 1 for the same order, -1 for the reverse, about 0 for none.

    Pearson's correlation of the ranks, where ties share the mean of theirs (Spearman, The proof and measurement of
    association between two things, 1904). None when a measure ties all, or there are fewer than two.
    """
    ranks = [_ranks(each) for each in (one, other)]
    if any(len(set(each)) < 2 for each in ranks):
        return None
    first, second = ([rank - fmean(each) for rank in each] for each in ranks)
    product = sum(a * b for a, b in zip(first, second, strict=True))
    return product / math.sqrt(sum(a * a for a in first) * sum(b * b for b in second))


def _ranks(values: Sequence[float]) -> list[float]:
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values)):
        places.setdefault(value, []).append(place)
    return [fmean(places[value]) for value in values]
