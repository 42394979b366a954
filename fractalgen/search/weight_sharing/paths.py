"""The networks that train the shared weights, one a step."""

from __future__ import annotations

import random
from dataclasses import dataclass

from fractalgen.errors import FractalGenError, SearchError
from fractalgen.search.candidate import Realize, draw_point
from fractalgen.search.constraints import Constraint, violations
from fractalgen.spec.holes import Space, Values

TRIES = 1_000


@dataclass(frozen=True)
class Paths:
    """Draws points, every hole on its own and evenly; those that are no network, or break a constraint, are skipped.

    Attributes:
        space: The holes.
        realize: Makes a network of a point.
        constraints: What its figures must keep.
        seed: Of the draws.
    """

    space: Space
    realize: Realize
    constraints: tuple[Constraint, ...]
    seed: int

    def at(self, step: int) -> str:
        """Return the filled spec of a step, which follows from the seed and the step alone.

        Raises:
            SearchError: none of many draws is a network that keeps the constraints.
        """
        draw = random.Random(f"{self.seed}:{step}")  # noqa: S311 - no secret
        for _ in range(TRIES):
            text = self.text(draw_point(self.space, draw))
            if text is not None:
                return text
        raise SearchError(
            f"none of {TRIES:,} points drawn for the shared weights can be trained", "Widen the space or constraints."
        )

    def text(self, values: Values) -> str | None:
        """Return the filled spec of a point; None when it is no network that keeps the constraints."""
        try:
            candidate = self.realize(values)
        except FractalGenError:
            return None
        return None if violations(candidate.figures, self.constraints) else candidate.text
