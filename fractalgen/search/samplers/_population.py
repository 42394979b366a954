"""The told trials of a study -> those who may have children."""

from __future__ import annotations

from dataclasses import dataclass

from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from fractalgen.search.samplers._selection import fitness
from fractalgen.spec.holes import Values


@dataclass(frozen=True)
class Individual:
    """A point and what it costs, less being better in each place."""

    point: Values
    costs: tuple[float, ...]


def population(study: Study, size: int) -> list[Individual]:
    """Return the `size` youngest individuals: complete trials, or, before there are any, those that broke least."""
    return _individuals(study, None)[-size:]


def archive(study: Study, size: int, before: int) -> list[Individual]:
    """Return the `size` fittest individuals among the trials before number `before`, of equals the older ones."""
    alive = _individuals(study, before)
    fit = fitness([individual.costs for individual in alive])
    best = sorted(range(len(alive)), key=lambda index: (fit[index], index))
    return [alive[index] for index in best[:size]]


def _individuals(study: Study, before: int | None) -> list[Individual]:
    """Return the individuals among the first trials, the oldest first."""
    told = [trial for trial in study.get_trials(deepcopy=False)[:before] if trial.state.is_finished()]
    complete = [_complete(trial, study) for trial in told if trial.state is TrialState.COMPLETE]
    return complete or [Individual(trial.params, (_violation(trial),)) for trial in told if trial.params]


def _complete(trial: FrozenTrial, study: Study) -> Individual:
    signs = (-1.0 if direction is StudyDirection.MAXIMIZE else 1.0 for direction in study.directions)
    return Individual(trial.params, tuple(sign * value for sign, value in zip(signs, trial.values, strict=True)))


def _violation(trial: FrozenTrial) -> float:
    return sum(max(0.0, violation) for violation in trial.constraints.values())
