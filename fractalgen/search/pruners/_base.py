"""What a pruner is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from fractalgen.spec._model import Model


class Pruner(Model, ABC):
    """Options of one way to stop trials early; its fields are the options in the spec.

    It keeps nothing: the driver ranks trials at each rung, keeps their figures in the study, and asks here.
    """

    @abstractmethod
    def rung(self, epoch: int) -> int | None:
        """Return the number of the rung, from 0, that lies after an epoch, counted from 1; None where none does."""

    @abstractmethod
    def goes_on(self, better: int, of: int) -> bool:
        """Return whether a trial goes on.

        Args:
            better: How many trials at its rung are strictly better than it.
            of: How many have come there, this one included.
        """
