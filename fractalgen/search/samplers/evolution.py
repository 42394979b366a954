"""Regularized evolution over the tree of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space


class Evolution(Sampler):
    """The fittest of a few of the youngest trials has a child, which joins the population; the oldest leaves it.

    The first `population` trials are random. Later ones are children: of a tournament's winner, or of two, mixed hole
    by hole; then each hole may mutate in the way of its kind. Trials die of age and never of a bad score, so a score
    that was good by luck does not stay (Real et al., Regularized Evolution for Image Classifier Architecture Search,
    AAAI 2019, arXiv 1802.01548). With several objectives the fitter one is that of the lower non-dominated rank, then
    the one with more room around it (Deb et al., IEEE TEC 2002).
    """

    population: int = Field(default=20, ge=2, description="How many of the youngest trials may have children.")
    tournament: int = Field(default=5, ge=1, description="How many of them compete to be a parent.")
    mutation: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Chance that a hole changes; by default one over the number of holes that the point has.",
    )
    crossover: float = Field(default=0.5, ge=0, le=1, description="Chance that a child has two parents.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.tournament > self.population:
            raise ValueError(f"a tournament of {self.tournament} needs a population of as many")
        return self

    def build(self, space: Space, seed: int) -> BaseSampler:
        """Return a sampler that reads its population from the study."""
        from fractalgen.search.samplers._evolving import Evolving

        return Evolving(self, space, seed)
