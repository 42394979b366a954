"""Rungs: where the trials of a search stand after so many epochs, and which of them go on.

A trial is judged once at each rung, by those that came there before it. The judgement is kept with the trial in
the study, so that one that is taken up again after a kill, and reports the same epochs again, is told the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fractalgen.search.job import EpochReport
from fractalgen.search.pruners import Pruner
from fractalgen.search.ranking.layers import Costs, Layers
from fractalgen.spec.search import Objective


@dataclass(frozen=True)
class Stand:
    """How a trial did at one rung.

    Attributes:
        rung: Its number, from 0.
        epoch: After which it lies.
        values: One for each objective, in order.
        better: How many trials were strictly better.
        of: How many had come there, this one included.
        goes_on: Whether it went on.
    """

    rung: int
    epoch: int
    values: tuple[float, ...]
    better: int
    of: int
    goes_on: bool

    def __str__(self) -> str:
        return f"rung {self.rung}, after epoch {self.epoch}: {self.better} of {self.of - 1} others were better"


def read_stand(data: Mapping[str, Any]) -> Stand:
    """Return the stand whose fields are `data`, as JSON keeps them."""
    return Stand(**{**data, "values": tuple(data["values"])})


class Rungs:
    """Judges trials, by one objective or by several at once.

    Args:
        pruner: Where the rungs are and how many go on.
        objectives: What trials are ranked by.
        known: The stands of each trial that was judged before.
    """

    def __init__(self, pruner: Pruner, objectives: tuple[Objective, ...], known: Mapping[int, Iterable[Stand]]) -> None:
        self._pruner = pruner
        self._objectives = objectives
        self._stands: dict[int, dict[int, Stand]] = {}
        self._layers: dict[int, Layers] = {}
        self.learn(known)

    def learn(self, known: Mapping[int, Iterable[Stand]]) -> None:
        """Count the stands that are not counted yet."""
        for number, stands in known.items():
            mine = self._stands.setdefault(number, {})
            for stand in stands:
                if stand.epoch not in mine:
                    mine[stand.epoch] = stand
                    self._at(stand.epoch).add(self._costs(stand.values))

    def judge(self, number: int, report: EpochReport, figures: Mapping[str, float]) -> Stand | None:
        """Return how a trial does at the rung after an epoch, when one lies there and it was not judged there yet.

        A trial is not judged after its last epoch, nor where it does not report every objective.

        Args:
            number: The trial.
            report: What is known after the epoch.
            figures: What is known of its graph.
        """
        rung = self._pruner.rung(report.epoch)
        known = self._stands.setdefault(number, {})
        if rung is None or report.epoch in known or report.epoch >= report.epochs:
            return None
        metrics = {**figures, **report.metrics}
        if not all(math.isfinite(metrics.get(objective.metric, math.nan)) for objective in self._objectives):
            return None
        values = tuple(float(metrics[objective.metric]) for objective in self._objectives)
        layers = self._at(report.epoch)
        better = layers.add(self._costs(values))
        goes_on = self._pruner.goes_on(better, len(layers))
        known[report.epoch] = Stand(rung, report.epoch, values, better, len(layers), goes_on)
        return known[report.epoch]

    def stopped(self, number: int) -> Stand | None:
        """Return the stand at which a trial was stopped, if it was."""
        return next((stand for stand in self._stands.get(number, {}).values() if not stand.goes_on), None)

    def _at(self, epoch: int) -> Layers:
        return self._layers.setdefault(epoch, Layers())

    def _costs(self, values: tuple[float, ...]) -> Costs:
        return tuple(objective.cost(value) for objective, value in zip(self._objectives, values, strict=True))
