"""An Optuna sampler that chooses every hole of a trial at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any

from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from fractalgen.search.points.point import KEY
from fractalgen.spec.holes import Values


class WholePoint(BaseSampler):
    """Gives a trial a point that is chosen whole, before the first hole is asked for."""

    def __init__(self) -> None:
        self._point: Values = {}

    @abstractmethod
    def choose(self, study: Study, trial: FrozenTrial) -> Values:
        """Return the point of `trial`."""

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_relative(self, study: Study, trial: FrozenTrial, search_space: Any) -> dict[str, Any]:  # noqa: ARG002
        self._point = self.choose(study, trial)
        return {}

    def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:  # noqa: ARG002
        return self._point[param_name]


def asked_points(study: Study, trial: FrozenTrial) -> set[Hashable]:
    """Return the identity of every point that `study` asked for before `trial`."""
    others = (other for other in study.get_trials(deepcopy=False) if other.number != trial.number)
    return {identity(other.user_attrs.get(KEY, other.params)) for other in others}


def identity(point: Values) -> Hashable:
    """Return what two equal points have in common, however their holes are ordered."""
    return frozenset(point.items())
