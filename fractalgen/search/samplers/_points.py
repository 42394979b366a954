"""An Optuna sampler that counts through the points of a space."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

from optuna.samplers import BaseSampler

from fractalgen.spec.holes import Space


class Points(BaseSampler):
    """Gives trial n the n-th point."""

    def __init__(self, space: Space) -> None:
        self._point = cache(lambda number: next(itertools.islice(space.points(), number, None)))

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:  # noqa: ARG002
        return self._point(trial.number)[param_name]
