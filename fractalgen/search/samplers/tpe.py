"""Tree-structured Parzen estimator."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pydantic import Field

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space


class Tpe(Sampler):
    """TPE over groups of holes that occur together, so that conditional holes are modelled jointly.

    A point that was asked for before gives way to a new one near it: in small spaces the model would offer the best one
    again and again. Bergstra et al., Algorithms for Hyper-Parameter Optimization, NeurIPS 2011; for several objectives
    Ozaki et al., Multiobjective Tree-Structured Parzen Estimator, JAIR 2022.
    """

    startup: int = Field(default=10, ge=1, description="Random trials before the model is used.")
    candidates: int = Field(default=24, ge=1, description="Points among which the model picks.")

    def build(self, space: Space, seed: int) -> BaseSampler:
        """Return Optuna's TPE sampler, kept from repeats."""
        from optuna.exceptions import ExperimentalWarning
        from optuna.samplers import TPESampler

        from fractalgen.search.samplers._new_point import NewPoint

        with warnings.catch_warnings():
            # Groups are marked experimental; without them conditional holes are sampled one by one.
            warnings.simplefilter("ignore", ExperimentalWarning)
            model = TPESampler(
                n_startup_trials=self.startup,
                n_ei_candidates=self.candidates,
                seed=seed,
                multivariate=True,
                group=True,
                constant_liar=True,
                constraints_func=None,
            )
        return NewPoint(model, space, seed)
