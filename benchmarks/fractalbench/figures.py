"""All searches -> what is compared: regrets by sampler, fronts with and without pruning."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .measures import (
    FrontMeter,
    Quartiles,
    epochs_to,
    median_curve,
    plain_parameters,
    quartiles,
    reaches,
    regret,
    regret_on_test,
)
from .searches import Search
from .table import Table

SAMPLERS = ("random", "tpe", "evolution", "nsga2")
TWO_OBJECTIVES = ("nsga2", "random")
PRUNERS = ("successive_halving",)
ENOUGH = 0.98
"""Share of the unpruned search's hypervolume that the pruned one is to reach."""


@dataclass(frozen=True)
class Regrets:
    """How searches for the best accuracy went.

    Attributes:
        validation: Sampler -> quartiles of the regret after each trial.
        test: The same of the mean test accuracy of the network that was chosen.
        goal: The median regret of random search after its last trial.
        trials_to_goal: Sampler -> the median of the trials after which a search comes down to it; None where half of
            the searches do not.
        reached: Sampler -> how many searches come down to it.
    """

    validation: Mapping[str, Sequence[Quartiles]]
    test: Mapping[str, Sequence[Quartiles]]
    goal: float
    trials_to_goal: Mapping[str, float | None]
    reached: Mapping[str, int]


@dataclass(frozen=True)
class Fronts:
    """What pruning saves where accuracy and parameters are improved; each figure is over seeds.

    Attributes:
        sampler: Its name.
        pruner: Its name, with its options if they are not the default ones.
        parameters: How parameters count in the hypervolume: `plain` or `log`.
        epochs: Epochs of the pruned search over those of the unpruned one, both to their ends.
        hypervolume: The same of the hypervolumes.
        epochs_to_enough: Epochs until the pruned search has 98 % of the unpruned one's final hypervolume, over all
            epochs of the unpruned one; None where half of the searches never have.
        unpruned_epochs_to_enough: The same of the unpruned search itself.
        reached: How many pruned searches reach it.
        searches: Of how many.
    """

    sampler: str
    pruner: str
    parameters: str
    epochs: Quartiles
    hypervolume: Quartiles
    epochs_to_enough: float | None
    unpruned_epochs_to_enough: float | None
    reached: int
    searches: int


@dataclass(frozen=True)
class Figures:
    """What is measured on searches.

    Attributes:
        searches: All of them.
        table: Loaded with test accuracies.
    """

    searches: Sequence[Search]
    table: Table

    @cached_property
    def regrets(self) -> Regrets:
        """The searches with one objective."""
        curves = {name: self._curves(name, regret) for name in SAMPLERS}
        goal = statistics.median(curve[-1] for curve in curves["random"])
        at = {name: [reaches(curve, goal) for curve in found] for name, found in curves.items()}
        return Regrets(
            validation={name: median_curve(found) for name, found in curves.items()},
            test={name: median_curve(self._curves(name, regret_on_test)) for name in SAMPLERS},
            goal=goal,
            trials_to_goal={name: _median(found) for name, found in at.items()},
            reached={name: sum(each is not None for each in found) for name, found in at.items()},
        )

    @cached_property
    def fronts(self) -> list[Fronts]:
        """The searches with two objectives."""
        scales: dict[str, Callable[[float], float]] = {"plain": plain_parameters, "log": math.log10}
        return [
            self._fronts(sampler, pruner, name, FrontMeter(self.table, scale))
            for sampler in TWO_OBJECTIVES
            for pruner in PRUNERS
            for name, scale in scales.items()
        ]

    def _curves(self, sampler: str, measure: Callable[[Search, Table], list[float]]) -> list[list[float]]:
        return [measure(each, self.table) for each in self._of(sampler, 1, "")]

    def _of(self, sampler: str, objectives: int, pruner: str) -> list[Search]:
        wanted = (sampler, objectives, pruner)
        return [each for each in self.searches if (each.case.sampler, each.case.objectives, each.case.pruner) == wanted]

    def _fronts(self, sampler: str, pruner: str, parameters: str, meter: FrontMeter) -> Fronts:
        whole = [meter.along(each) for each in self._of(sampler, 2, "")]
        pruned = [meter.along(each) for each in self._of(sampler, 2, pruner)]
        ends = [each[-1] for each in whole]
        goals = [ENOUGH * volume for _, volume in ends]
        to_enough = [epochs_to(each, goal) for each, goal in zip(pruned, goals, strict=True)]
        unpruned = [epochs_to(each, goal) for each, goal in zip(whole, goals, strict=True)]
        return Fronts(
            sampler,
            pruner,
            parameters,
            epochs=quartiles([each[-1][0] / end[0] for each, end in zip(pruned, ends, strict=True)]),
            hypervolume=quartiles([each[-1][1] / end[1] for each, end in zip(pruned, ends, strict=True)]),
            epochs_to_enough=_median_share(to_enough, ends),
            unpruned_epochs_to_enough=_median_share(unpruned, ends),
            reached=sum(each is not None for each in to_enough),
            searches=len(pruned),
        )


def _median(values: Iterable[float | None]) -> float | None:
    """Return the median, where None is later than all numbers."""
    found = statistics.median(math.inf if value is None else value for value in values)
    return found if math.isfinite(found) else None


def _median_share(spent: Sequence[int | None], ends: Sequence[tuple[int, float]]) -> float | None:
    return _median(None if each is None else each / end[0] for each, end in zip(spent, ends, strict=True))
