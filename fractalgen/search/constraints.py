"""Bounds on figures of the graph, checked before any training."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fractalgen.errors import SearchError

_BOUND = re.compile(r"\s*(<=|>=|<|>)\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*")


@dataclass(frozen=True)
class Constraint:
    """`metric` must stay on one side of `bound`."""

    metric: str
    sign: str
    bound: float

    def violation(self, figures: Mapping[str, float]) -> float:
        """Return how far the figures are past the bound; zero or less when they keep it."""
        excess = figures[self.metric] - self.bound
        excess = excess if self.sign.startswith("<") else -excess
        if excess == 0 and len(self.sign) == 1:
            return math.ulp(max(abs(self.bound), 1.0))
        return excess

    def __str__(self) -> str:
        return f"{self.metric} {self.sign} {self.bound:g}"


def violations(figures: Mapping[str, float], constraints: tuple[Constraint, ...]) -> dict[Constraint, float]:
    """Return the constraints that do not hold, and by how much."""
    measured = {bound: bound.violation(figures) for bound in constraints}
    return {bound: excess for bound, excess in measured.items() if excess > 0}


def read_constraints(written: Mapping[str, str], figures: tuple[str, ...]) -> tuple[Constraint, ...]:
    """Return the constraints of a spec, such as `{"parameters": "< 5e6"}`.

    Raises:
        SearchError: a figure that graphs do not have, or a bound that is not a comparison with a number.
    """
    return tuple(_read(metric, text, figures) for metric, text in written.items())


def _read(metric: str, text: str, figures: tuple[str, ...]) -> Constraint:
    if metric not in figures:
        raise SearchError(f"unknown figure {metric!r} in constraints", f"Known: {', '.join(figures)}.")
    match = _BOUND.fullmatch(text)
    try:
        bound = float(match[2]) if match else math.nan
    except ValueError:
        bound = math.nan
    if match is None or math.isnan(bound):
        raise SearchError(f"the constraint on {metric!r} is {text!r}", "Write it as '< 5e6'.")
    return Constraint(metric, match[1], bound)
