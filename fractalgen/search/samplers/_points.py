"""Optuna samplers that go through points that are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from optuna.study import Study
from optuna.trial import FrozenTrial

from fractalgen.search.samplers._whole_point import WholePoint, asked_points, identity
from fractalgen.spec.holes import Values


class Points(WholePoint):
    """Gives trial n the n-th point."""

    def __init__(self, points: Iterable[Values]) -> None:
        super().__init__()
        self._points = points

    def choose(self, study: Study, trial: FrozenTrial) -> Values:  # noqa: ARG002 - the number says all
        """Return the trial's point."""
        return next(islice(self._points, trial.number, None))


class Unasked(WholePoint):
    """Gives a trial the first point that no trial had, so that the list may grow between two calls of a search."""

    def __init__(self, points: Sequence[Values]) -> None:
        super().__init__()
        self._points = points

    def choose(self, study: Study, trial: FrozenTrial) -> Values:
        """Return the first new point; the last one when all were asked for."""
        asked = asked_points(study, trial)
        return next((point for point in self._points if identity(point) not in asked), self._points[-1])
