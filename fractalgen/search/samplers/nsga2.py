"""Non-dominated sorting genetic algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space


class Nsga2(Sampler):
    """Evolution for several objectives; holes that not all parents have are drawn at random.

    A child that was asked for before gives way to a new point near it. Trials that broke a constraint are no parents.

    Deb et al., A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II, IEEE TEC 2002.
    """

    population: int = Field(default=20, ge=2, description="Trials in a generation.")
    mutation: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Chance that a hole changes; by default one over the number of holes.",
    )
    crossover: float = Field(default=0.9, ge=0, le=1, description="Chance that a child has two parents.")
    swapping: float = Field(default=0.5, ge=0, le=1, description="Chance that a hole comes from the second parent.")

    def build(self, space: Space, seed: int) -> BaseSampler:
        """Return Optuna's NSGA-II sampler, kept from repeats."""
        from optuna.samplers import NSGAIISampler
        from optuna.samplers.nsgaii import UniformCrossover

        from fractalgen.search.samplers._new_point import NewPoint

        inner = NSGAIISampler(
            population_size=self.population,
            mutation_prob=self.mutation,
            crossover=UniformCrossover(swapping_prob=self.swapping),
            crossover_prob=self.crossover,
            swapping_prob=self.swapping,
            seed=seed,
            constraints_func=None,
            elite_population_selection_strategy=None,
            child_generation_strategy=None,
            after_trial_strategy=None,
        )
        return NewPoint(inner, space, seed)
