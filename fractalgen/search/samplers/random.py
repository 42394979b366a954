"""Independent uniform points."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from pydantic import Field

from fractalgen.errors import SearchError
from fractalgen.search.candidate import Figure, draw_point
from fractalgen.search.samplers._base import Sampler, Survey
from fractalgen.search.samplers._listed import IN_ORDER, Listed, distinct, in_order, keeping

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.search.samplers._listed import Found
    from fractalgen.spec.holes import Space

_IN_VAIN = 1_000


class Random(Sampler):
    """Every hole uniformly, on its own.

    With `order` the points of all trials are drawn before the first one, each of another network, and do not depend on
    the order that they are put in.
    """

    order: Figure | None = Field(default=None, description=IN_ORDER)

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - it looks at no space
        """Return Optuna's random sampler."""
        from optuna.samplers import RandomSampler

        return RandomSampler(seed=seed)

    def prepare(self, survey: Survey) -> Sampler:
        """Return itself; with `order`, a sampler of the points that it draws.

        Raises:
            SearchError: `order` in a search that no number of trials ends.
        """
        if self.order is None:
            return self
        if not survey.trials:
            raise SearchError(
                f"to go by {self.order}, random draws all trials beforehand, and the search has no number of them",
                "Set `trials`.",
            )
        return Listed(points=in_order(_draw(survey), self.order))


def _draw(survey: Survey) -> list[Found]:
    """Return as many networks as there are trials; fewer when many draws in a row find no new one."""
    draw = random.Random(survey.seed)  # noqa: S311 - no secret
    known: set[str] = set()
    found: list[Found] = []
    vain = 0
    while len(found) < survey.trials and vain < _IN_VAIN:
        vain += 1
        for point, candidate in keeping(survey, distinct(survey, [draw_point(survey.space, draw)])):
            if candidate.key not in known:
                known.add(candidate.key)
                found.append((point, candidate))
                vain = 0
    return found
