"""Asynchronous successive halving."""

from __future__ import annotations

from itertools import count

from pydantic import Field

from fractalgen.search.pruners._base import Pruner


class SuccessiveHalving(Pruner):
    """At each rung a trial goes on only when it is among the best 1/reduction of those that have come there so far.

    Li et al., A System for Massively Parallel Hyperparameter Tuning, MLSys 2020, arXiv 1810.05934, in the form
    that stops trials and never takes one up again. Rung k lies after epoch min_epochs * reduction^k. The best
    trial at a rung always goes on, and so do those that tie with one that does.
    """

    reduction: int = Field(default=3, ge=2, le=64, description="One trial in so many goes on at each rung.")
    min_epochs: int = Field(default=1, ge=1, description="Epochs before the first rung.")

    def rung(self, epoch: int) -> int | None:
        """Return k where `epoch` is min_epochs * reduction^k."""
        for number in count():
            reached = self.min_epochs * self.reduction**number
            if reached >= epoch:
                return number if reached == epoch else None
        raise AssertionError

    def goes_on(self, better: int, of: int) -> bool:
        """Return whether fewer trials are better than there are places."""
        return better < max(1, of // self.reduction)
