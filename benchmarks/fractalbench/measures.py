"""Searches -> figures: regret over trials, and the front over epochs."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from fractalgen.search.ranking.hypervolume import hypervolume

from .searches import Search
from .table import Architecture, Table

Costs = tuple[float, float]


@dataclass(frozen=True)
class Quartiles:
    """Of one figure over the seeds of a case."""

    low: float
    median: float
    high: float


def quartiles(values: Sequence[float]) -> Quartiles:
    """Return the quartiles of two or more values."""
    return Quartiles(*statistics.quantiles(values, n=4, method="inclusive"))


def accuracy(known: Architecture, seed: int) -> float:
    """Return the validation accuracy after the last epoch of a training."""
    return known.trainings[seed][-1].val_accuracy


def regret(search: Search, table: Table) -> list[float]:
    """Return, after each trial, how far the best accuracy found is below the best that it could see."""
    seed = search.table_seed
    best = max(accuracy(known, seed) for known in table.architectures.values())
    found = (accuracy(table.find(trial.fingerprint), seed) if trial.complete else -math.inf for trial in search.trials)
    return [best - value for value in accumulate(found, max)]


def regret_on_test(search: Search, table: Table) -> list[float]:
    """Return, after each trial, how far the chosen network's mean test accuracy is below the best one."""
    means = {name: known.mean("test_accuracy") for name, known in table.architectures.items()}
    chosen: list[float] = []
    lead = -math.inf
    for trial in search.trials:
        value = accuracy(table.find(trial.fingerprint), search.table_seed) if trial.complete else -math.inf
        mean = means[trial.fingerprint] if value > lead else chosen[-1] if chosen else -math.inf
        lead = max(lead, value)
        chosen.append(mean)
    best = max(means.values())
    return [best - mean for mean in chosen]


def median_curve(curves: Iterable[Sequence[float]]) -> list[Quartiles]:
    """Return the quartiles over curves, place by place."""
    return [quartiles(values) for values in zip(*curves, strict=True)]


def reaches(curve: Sequence[float], goal: float) -> int | None:
    """Return after how many trials a curve comes down to a goal."""
    return next((trial for trial, value in enumerate(curve, 1) if value <= goal + 1e-12), None)


def plain_parameters(parameters: float) -> float:
    """Return parameters as they are."""
    return parameters


@dataclass(frozen=True)
class FrontMeter:
    """Measures fronts of accuracy and parameters.

    Attributes:
        table: Where the figures are.
        scale: What is done with the parameters: nothing, or their logarithm.
    """

    table: Table
    scale: Callable[[float], float] = plain_parameters

    @property
    def reference(self) -> Costs:
        """The worst that counts: accuracy by chance, and more parameters than any network has."""
        return -0.1, self.scale(1.01 * max(known.figures["parameters"] for known in self.table.architectures.values()))

    def of(self, fingerprints: Iterable[str], seed: int) -> float:
        """Return the hypervolume of what networks reach, above the network with the fewest parameters."""
        points = tuple(self._costs(self.table.find(name), seed) for name in fingerprints)
        return hypervolume(points, self.reference)

    def along(self, search: Search) -> list[tuple[int, float]]:
        """Return epochs spent and hypervolume after each trial; only networks trained to their end count."""
        spent, found, volumes = 0, set[str](), list[tuple[int, float]]()
        volume = 0.0
        for trial in search.trials:
            spent += trial.epochs
            if trial.complete and trial.fingerprint not in found:
                found.add(trial.fingerprint)
                volume = self.of(sorted(found), search.table_seed)
            volumes.append((spent, volume))
        return volumes

    def _costs(self, known: Architecture, seed: int) -> Costs:
        return -accuracy(known, seed), self.scale(float(known.figures["parameters"]))


def epochs_to(along: Sequence[tuple[int, float]], goal: float) -> int | None:
    """Return the epochs after which a hypervolume is reached."""
    return next((spent for spent, volume in along if volume >= goal - 1e-12), None)
