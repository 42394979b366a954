"""Every network, each once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pydantic import Field

from fractalgen.search.candidate import Figure
from fractalgen.search.samplers._base import Sampler, Survey
from fractalgen.search.samplers._listed import IN_ORDER, Listed, distinct, in_order, keeping

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space

MOST_IN_ORDER = 100_000
"""Points of a space that can be put in order: each is expanded before the first trial."""


class Grid(Sampler):
    """All distinct networks in the order of the file, the last hole varying fastest; the seed plays no part.

    Before the first trial it looks for as many points as trials are asked for, and passes over those whose network
    cannot be built or is, recipe and all, that of an earlier point. With `order` it looks at all points, and the trials
    are the least.
    """

    order: Figure | None = Field(default=None, description=IN_ORDER)

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - nothing is drawn
        """Return a sampler whose trial n is point n, distinct or not."""
        from fractalgen.search.samplers._points import Points

        return Points(space.points())

    def prepare(self, survey: Survey) -> Sampler:
        """Return a sampler of distinct networks, as many as there are trials at most; of all when that is 0."""
        found = distinct(survey, survey.space.points())
        if self.order is None:
            points = tuple(point for point, _ in islice(found, survey.trials or None))
        else:
            points = in_order(keeping(survey, found), self.order)[: survey.trials or None]
        return Listed(points=points)

    def problem(self, space: Space) -> str:
        """Return which hole has no end, or that there are too many points to be put in order."""
        endless = next((hole.name for hole in space.holes if hole.size is None), None)
        if endless is not None:
            return f"the hole {endless!r} is continuous and a grid would never end"
        if self.order is not None and space.raw is not None and space.raw > MOST_IN_ORDER:
            return f"to go by {self.order} a grid looks at every point, and of {space.raw:,} that would take too long"
        return ""
