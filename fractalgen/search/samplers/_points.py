"""An Optuna sampler that counts through points."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from optuna.study import Study
from optuna.trial import FrozenTrial

from fractalgen.search.samplers._whole_point import WholePoint
from fractalgen.spec.holes import Values


class Points(WholePoint):
    """Gives trial n the n-th point."""

    def __init__(self, points: Iterable[Values]) -> None:
        super().__init__()
        self._points = points

    def choose(self, study: Study, trial: FrozenTrial) -> Values:  # noqa: ARG002 - the number says all
        """Return the trial's point."""
        return next(islice(self._points, trial.number, None))
