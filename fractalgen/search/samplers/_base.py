"""What a sampler is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.spec._model import Model

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

    from fractalgen.search.candidate import Realize
    from fractalgen.search.constraints import Constraint
    from fractalgen.spec.holes import Space


@dataclass(frozen=True)
class Survey:
    """What is known of a search before its first trial.

    Attributes:
        space: The holes.
        realize: Makes a network of a point.
        trials: With how many the study ends; 0 for no bound.
        seed: Of the search.
        constraints: On figures of the graph.
    """

    space: Space
    realize: Realize
    trials: int = 0
    seed: int = 0
    constraints: tuple[Constraint, ...] = ()


class Sampler(Model, ABC):
    """Options of one way to choose points; its fields are the options in the spec.

    `build` is called before every ask with a seed that depends on the search's seed and the trial's number
    alone, so that a search that was killed asks for the same points as one that was not. Optuna is imported in
    it alone: the options of a sampler are checked without.
    """

    @abstractmethod
    def build(self, space: Space, seed: int) -> BaseSampler:
        """Return a fresh Optuna sampler; every argument of Optuna's is given, because its defaults move."""

    def prepare(self, survey: Survey) -> Sampler:  # noqa: ARG002 - others need it
        """Return the sampler of a search; called once, before anything is written.

        Raises:
            SearchError: it cannot do what its options ask for.
        """
        return self

    def most(self, space: Space) -> int | None:  # noqa: ARG002 - others need the space
        """Return how many trials it has to offer at most; None when there is no end."""
        return None

    def problem(self, space: Space) -> str:  # noqa: ARG002 - others need the space
        """Return why it cannot search `space`; empty when it can."""
        return ""
