"""Leaderboard -> Optuna study in memory, which Optuna's plots read.

Holes go by their short names and choices by what was chosen, so that plots speak of the network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fractalgen.report.chart import worded
from fractalgen.report.wording import numeric, plain
from fractalgen.search import Leaderboard, Row
from fractalgen.search.results.leaderboard import short_names
from fractalgen.spec.search import Objective
from fractalgen.visualize.plots import is_wide

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution


def study_of(board: Leaderboard, objectives: Sequence[Objective]) -> optuna.Study:
    """Return the trials of a leaderboard under their numbers; a number without a trial is a failed one."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=optuna.storages.InMemoryStorage(), directions=[goal.direction for goal in objectives]
    )
    names = dict(zip(board.holes, _distinct(short_names(board.holes)), strict=True))
    spaces = {hole: _distribution([row.params[hole] for row in board.trials if hole in row.params]) for hole in names}
    rows = {row.number: row for row in board.trials}
    study.add_trials(
        [
            _trial(rows[number], objectives, names, spaces) if number in rows else _missing()
            for number in range(max(rows, default=-1) + 1)
        ]
    )
    return study


def is_scored(row: Row, objectives: Sequence[Objective]) -> bool:
    """Whether a trial has a finite value of every objective."""
    return row.complete and all(math.isfinite(row.final.get(goal.metric, math.nan)) for goal in objectives)


def _trial(
    row: Row, objectives: Sequence[Objective], names: Mapping[str, str], spaces: Mapping[str, BaseDistribution]
) -> optuna.trial.FrozenTrial:
    import optuna

    scored = is_scored(row, objectives)
    return optuna.trial.create_trial(
        state=optuna.trial.TrialState.COMPLETE if scored else optuna.trial.TrialState.PRUNED,
        values=[row.final[goal.metric] for goal in objectives] if scored else None,
        params={names[hole]: _value(value, spaces[hole]) for hole, value in row.params.items()},
        distributions={names[hole]: spaces[hole] for hole in row.params},
    )


def _missing() -> optuna.trial.FrozenTrial:
    import optuna

    return optuna.trial.create_trial(state=optuna.trial.TrialState.FAIL)


def _distribution(values: Sequence[Any]) -> BaseDistribution:
    """Return the range that a hole's values lie in, or what they are chosen from."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    numbers = [numeric(value) for value in values]
    if all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        return IntDistribution(min(numbers), max(numbers), log=is_wide(numbers))
    if all(isinstance(number, int | float) and not isinstance(number, bool) for number in numbers):
        return FloatDistribution(min(numbers), max(numbers), log=is_wide(numbers))
    return CategoricalDistribution(sorted({worded(plain(value)) for value in values}))


def _value(value: Any, space: BaseDistribution) -> Any:
    from optuna.distributions import CategoricalDistribution

    return worded(plain(value)) if isinstance(space, CategoricalDistribution) else numeric(value)


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names fit for a plot; where cutting made two of them equal, they are numbered."""
    shown: list[str] = []
    for name in map(worded, names):
        again = sum(1 for other in shown if other.partition(" #")[0] == name)
        shown.append(f"{name} #{again + 1}" if again else name)
    return shown
