"""Independent uniform points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space


class Random(Sampler):
    """Every hole uniformly, on its own."""

    def build(self, space: Space, seed: int) -> BaseSampler:  # noqa: ARG002 - it looks at no space
        """Return Optuna's random sampler."""
        from optuna.samplers import RandomSampler

        return RandomSampler(seed=seed)
