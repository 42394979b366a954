"""Weighted mean with learned weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fractalgen.ir.joins._base import Join, Kept
from fractalgen.ir.parts import Cost, Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Learned(Join):
    """A weighted mean with one learned weight a branch, softmax over the survivors; starts as the mean."""

    takes_streams: ClassVar[bool] = True
    linear: ClassVar[bool] = True

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count one weight a branch; a lone survivor passes without one."""
        weights = len(inputs) if kept is None else len(kept)
        return super().cost(inputs, kept) + Cost(weights if weights > 1 else 0)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.LearnedJoin`."""
        from fractalgen.nn.joins import LearnedJoin

        return LearnedJoin(self.projections(inputs), branches=len(inputs))
