"""A point that was asked for before -> one near it that was not."""

from __future__ import annotations

import random
from collections.abc import Container, Hashable

from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from fractalgen.search.points.point import choose
from fractalgen.search.samplers._mutation import mutate
from fractalgen.search.samplers._whole_point import WholePoint, asked_points, identity
from fractalgen.spec.holes import Space, Values

_TRIES_A_STEP = 8
_STEPS = 8


def new_near(space: Space, point: Values, asked: Container[Hashable], draw: random.Random) -> Values:
    """Return `point`, or, when it was asked for, one a few mutations away; `point` again when those were asked for."""
    if identity(point) not in asked:
        return point
    for steps in range(1, _STEPS + 1):
        for _ in range(_TRIES_A_STEP):
            near = point
            for _ in range(steps):
                near = mutate(space, near, draw)
            if identity(near) not in asked:
                return near
    return point


class Drawn(WholePoint):
    """Draws points of a space by chance, from a seed, and steps aside from those that were asked for before."""

    def __init__(self, space: Space, seed: int) -> None:
        super().__init__()
        self._space = space
        self._draw = random.Random(seed)  # noqa: S311 - no secret

    def unasked(self, study: Study, trial: FrozenTrial, point: Values) -> Values:
        """Return `point`, or one near it when it was asked for before `trial`."""
        return new_near(self._space, point, asked_points(study, trial), self._draw)


class NewPoint(Drawn):
    """Asks another sampler, and steps aside from what was asked for before.

    A model that is sure of itself offers its best point again and again, and the score is known.
    """

    def __init__(self, inner: BaseSampler, space: Space, seed: int) -> None:
        super().__init__(space, seed)
        self._inner = inner

    def choose(self, study: Study, trial: FrozenTrial) -> Values:
        """Return what the other sampler chooses, or a point near it."""
        search_space = self._inner.infer_relative_search_space(study, trial)
        relative = self._inner.sample_relative(study, trial, search_space)
        point = choose(self._inner, study, trial, relative, self._space)
        return self.unasked(study, trial, point)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        """Let the other sampler get ready."""
        self._inner.before_trial(study, trial)
