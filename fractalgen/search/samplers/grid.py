"""Every point, each once."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

from optuna.samplers import BaseSampler

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from fractalgen.spec.holes import Space


class Grid(Sampler):
    """All points in the order of the file, the last hole varying fastest; the seed plays no part."""

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - nothing is drawn
        """Return a sampler whose trial n is point n."""
        return _Points(space)

    def most(self, space: Space) -> int | None:
        """Return the number of points."""
        return space.raw

    def problem(self, space: Space) -> str:
        """Return which hole has no end."""
        endless = next((hole.name for hole in space.holes if hole.size is None), None)
        return "" if endless is None else f"the hole {endless!r} is continuous and a grid would never end"


class _Points(BaseSampler):
    """Gives trial n the n-th point."""

    def __init__(self, space: Space) -> None:
        self._point = cache(lambda number: next(itertools.islice(space.points(), number, None)))

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:  # noqa: ARG002
        return self._point(trial.number)[param_name]
