"""What a sampler is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fractalgen.spec._model import Model

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.search.candidate import Realize
    from fractalgen.spec.holes import Space


class Sampler(Model, ABC):
    """Options of one way to choose points; its fields are the options in the spec.

    `build` is called before every ask with a seed that depends on the search's seed and the trial's number
    alone, so that a search that was killed asks for the same points as one that was not. Optuna is imported in
    it alone: the options of a sampler are checked without.
    """

    @abstractmethod
    def build(self, space: Space, seed: int) -> BaseSampler:
        """Return a fresh Optuna sampler; every argument of Optuna's is given, because its defaults move."""

    def prepare(self, space: Space, realize: Realize, trials: int) -> Sampler:  # noqa: ARG002 - others need them
        """Return the sampler for a search of `trials` trials (0: no end); called once, before anything is written."""
        return self

    def most(self, space: Space) -> int | None:  # noqa: ARG002 - others need the space
        """Return how many trials it has to offer at most; None when there is no end."""
        return None

    def problem(self, space: Space) -> str:  # noqa: ARG002 - others need the space
        """Return why it cannot search `space`; empty when it can."""
        return ""
