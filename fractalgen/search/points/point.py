"""The point of a trial: drawn whole, kept in one write, and only then told to Optuna hole by hole.

A driver can be killed between any two writes. A point that was not kept is drawn again from the start of the same
random stream; one that was kept is never drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from fractalgen.spec.holes import Hole, Space, Values

KEY = "point"
"""The trial's attribute that keeps it."""


def draw(trial: optuna.Trial, space: Space) -> Values:
    """Return what the study's sampler chooses for `trial`; nothing is told to the trial yet."""
    study = trial.study
    frozen = study.get_trials(deepcopy=False)[trial.number]
    return choose(study.sampler, study, frozen, trial.relative_params, space)


def choose(
    sampler: BaseSampler,
    study: optuna.Study,
    frozen: FrozenTrial,
    relative: Mapping[str, Any],
    space: Space,
) -> Values:
    """Return what `sampler` chooses for a trial, given what it chose of holes that occur together."""

    def pick(hole: Hole) -> int | float:
        range_ = _distribution(hole)
        if hole.name in relative:
            value = relative[hole.name]
        elif range_.single():
            value = hole.low
        else:
            value = sampler.sample_independent(study, frozen, hole.name, range_)
        return float(value) if hole.kind == "float" else int(value)

    return space.decide(pick)


def tell(trial: optuna.Trial, space: Space, point: Values) -> None:
    """Tell `trial` its point; what was told before a kill stays."""
    trial.study.sampler = _Given(point)
    space.decide(lambda hole: _suggest(trial, hole))


class _Given(BaseSampler):
    """Chooses a point that is known."""

    def __init__(self, point: Values) -> None:
        self._point = point

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def sample_independent(self, study: Any, trial: Any, param_name: str, param_distribution: Any) -> Any:  # noqa: ARG002
        return self._point[param_name]


def _distribution(hole: Hole) -> BaseDistribution:
    if hole.kind == "choice":
        return CategoricalDistribution(range(len(hole.labels)))
    if hole.kind == "int":
        return IntDistribution(int(hole.low), int(hole.high), log=hole.log, step=hole.step)
    return FloatDistribution(hole.low, hole.high, log=hole.log)


def _suggest(trial: optuna.Trial, hole: Hole) -> int | float:
    if hole.kind == "choice":
        return int(trial.suggest_categorical(hole.name, list(range(len(hole.labels)))))
    if hole.kind == "int":
        return trial.suggest_int(hole.name, int(hole.low), int(hole.high), step=hole.step, log=hole.log)
    return trial.suggest_float(hole.name, hole.low, hole.high, step=None, log=hole.log)
