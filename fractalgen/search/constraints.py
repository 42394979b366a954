"""Bounds on figures: of the graph, checked before any training, or of the run, checked after it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fractalgen.errors import ParameterError, Place, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.search.candidate import FIGURES
from fractalgen.spec.tree import Tree

KNOWN_AT_ONCE = ("latency_ms",)
"""Figures of the run that are the same after each epoch, so that the first one is enough to judge them."""

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


def read_constraint(metric: str, bound: Tree, place: Place | None = None, measured: tuple[str, ...] = ()) -> Constraint:
    """Return the constraint that a spec writes as `parameters: "< 5e6"`.

    Args:
        metric: The figure.
        bound: A comparison with a number.
        place: Where the figure is named.
        measured: Figures of the run.

    Raises:
        SpecError: a figure that neither graphs nor runs have, or no comparison with a number.
    """
    known = (*FIGURES, *measured)
    if metric not in known:
        raise UnknownNameError(f"no graph has the figure {metric!r}, nor does a run", suggest(metric, known), place)
    match = _BOUND.fullmatch(bound.value)
    try:
        number = float(match[2]) if match else math.nan
    except ValueError:
        number = math.nan
    if match is None or not math.isfinite(number):
        message = f"the constraint on {metric} must be a comparison with a number, found {bound.value!r}"
        raise ParameterError(message, "Write it as '< 5e6'.", bound.place)
    return Constraint(metric, match[1], number)
