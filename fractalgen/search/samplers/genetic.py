"""A genetic algorithm over genes that are whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from fractalgen.search.samplers._base import Sampler

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.spec.holes import Space


class Genetic(Sampler):
    """Children of the best networks so far, a generation at a time.

    The first generation is random. Then the parents of a child are two networks of the archive, which holds the best of
    all told trials when a generation begins. The holes of one node of a `graph` come from one parent, and each hole may
    take the next or the previous one of its values, the first being next to the last (Habi and Rafalovich, Genetic
    Network Architecture Search, arXiv 1907.02871). With several objectives the archive is filled front by front, and
    within a front by the room around a trial.
    """

    archive: int = Field(default=20, ge=1, description="How many of the best trials may have children.")
    generation: int = Field(default=20, ge=1, description="Trials between two looks at the archive.")
    mutation: float = Field(default=0.02, ge=0, le=1, description="Chance that a hole moves to a value beside its own.")

    def build(self, space: Space, seed: int) -> BaseSampler:
        """Return a sampler that reads the archive from the study."""
        from fractalgen.search.samplers._breeding import Breeding

        return Breeding(self, space, seed)

    def problem(self, space: Space) -> str:
        """Return which hole has no values beside its own."""
        endless = next((hole.name for hole in space.holes if hole.size is None), None)
        return "" if endless is None else f"the hole {endless!r} is continuous and has no next value"
