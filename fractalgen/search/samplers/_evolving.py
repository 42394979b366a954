"""The Optuna sampler behind `evolution`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optuna.study import Study
from optuna.trial import FrozenTrial

from fractalgen.search.candidate import draw_point
from fractalgen.search.samplers._crossover import cross
from fractalgen.search.samplers._mutation import change, free_holes
from fractalgen.search.samplers._new_point import Drawn
from fractalgen.search.samplers._population import Individual, population
from fractalgen.search.samplers._selection import fitness, tournament
from fractalgen.spec.holes import Space, Values

if TYPE_CHECKING:
    from fractalgen.search.samplers.evolution import Evolution


class Evolving(Drawn):
    """Gives a trial the child of told trials.

    It keeps nothing between asks: the population is read from the study, the chances follow from the seed.
    """

    def __init__(self, options: Evolution, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self._options = options

    def choose(self, study: Study, trial: FrozenTrial) -> Values:
        """Return a random point at first, then a child that was not asked for before."""
        alive = population(study, self._options.population)
        if trial.number < self._options.population or not alive:
            child: Values = draw_point(self._space, self._draw)
        else:
            child = self._child(alive)
        return self.unasked(study, trial, child)

    def _child(self, alive: list[Individual]) -> Values:
        fit = fitness([individual.costs for individual in alive])
        first, second = (alive[tournament(fit, self._options.tournament, self._draw)].point for _ in range(2))
        if self._draw.random() < self._options.crossover:
            first = cross(self._space, first, second, self._draw)
        return self._mutated(first)

    def _mutated(self, point: Values) -> Values:
        free = free_holes(self._space, point)
        chance = self._options.mutation if self._options.mutation is not None else 1 / max(1, len(free))
        for hole in free:
            if hole.name in point and self._draw.random() < chance:
                point = change(self._space, point, hole, self._draw)
        return point
