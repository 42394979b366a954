"""The Optuna sampler behind `genetic`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optuna.study import Study
from optuna.trial import FrozenTrial

from fractalgen.search.candidate import draw_point
from fractalgen.search.samplers._genes import breed
from fractalgen.search.samplers._new_point import Drawn
from fractalgen.search.samplers._population import archive
from fractalgen.spec.holes import Space, Values

if TYPE_CHECKING:
    from fractalgen.search.samplers.genetic import Genetic


class Breeding(Drawn):
    """Gives a trial a child of the archive as it was when the trial's generation began.

    It keeps nothing between asks: the archive is read from the study, the chances follow from the seed.
    """

    def __init__(self, options: Genetic, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self._options = options

    def choose(self, study: Study, trial: FrozenTrial) -> Values:
        """Return a random point in the first generation, then a child that was not asked for before."""
        began = trial.number - trial.number % self._options.generation
        parents = [individual.point for individual in archive(study, self._options.archive, began)]
        child: Values = draw_point(self._space, self._draw)
        if parents:
            child = breed(self._space, parents, self._options.mutation, self._draw)
        return self.unasked(study, trial, child)
