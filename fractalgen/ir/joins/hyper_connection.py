"""Mean of the branches, each scaled by a learned number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.joins._base import Join, Kept
from fractalgen.ir.parts import Cost, Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class HyperConnection(Join):
    """The read of a hyper-connection whose streams are the branches (Zhu et al., arXiv 2409.19606, equations 2 and 10).

    The mean of a_i h_i with learned numbers a_i of any sign. All begin at 1, which is the mean join, whatever survives.
    Drop-path takes the mean over the survivors, each scaled as before; a lone one passes as itself, unscaled.
    """

    dynamic: bool = False
    """Let each position add to the number of a branch what its features say."""

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count one number a branch, none for a lone survivor; when dynamic also 3 channels + 1 that all share."""
        branches = len(inputs) if kept is None else len(kept)
        found = super().cost(inputs, kept)
        if branches < 2:
            return found
        if not self.dynamic:
            return found + Cost(branches)
        channels = self.width(inputs)
        return found + Cost(branches + 3 * channels + 1, branches * channels * inputs[0].positions)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `ScaledJoin` or `DynamicScaledJoin` of `fractalgen.nn.joins`; a lone branch has nothing to scale."""
        from fractalgen.nn.joins import DynamicScaledJoin, MeanJoin, ScaledJoin

        projections, branches = self.projections(inputs), len(inputs)
        if branches == 1:
            return MeanJoin(projections)
        if not self.dynamic:
            return ScaledJoin(projections, branches)
        return DynamicScaledJoin(projections, branches, self.width(inputs), images=len(inputs[0].shape) == 3)
