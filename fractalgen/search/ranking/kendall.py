"""How well two measures agree on an order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations


def kendall_tau(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Kendall's tau-b: 1 for the same order, -1 for the reverse, about 0 for none; ties count on neither side.

    tau_b = (agreeing - disagreeing pairs) / sqrt(pairs untied in one * pairs untied in the other) (Kendall, The
    treatment of ties in ranking problems, 1945). None when either measure ties all pairs, or there are none.
    """
    signs = [(_sign(a - b), _sign(c - d)) for (a, c), (b, d) in combinations(zip(one, other, strict=True), 2)]
    untied = math.prod(sum(1 for pair in signs if pair[side]) for side in (0, 1))
    return sum(a * b for a, b in signs) / math.sqrt(untied) if untied else None


def _sign(difference: float) -> int:
    return (difference > 0) - (difference < 0)
