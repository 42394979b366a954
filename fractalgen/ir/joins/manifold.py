"""Mean of the branches with weights that each position finds from all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.joins._base import Join, Kept
from fractalgen.ir.parts import Cost, Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Manifold(Join):
    """The mixture of a manifold-constrained hyper-connection into one stream (Xie et al., arXiv 2512.24880).

    A doubly stochastic mixture with one row is a row of positive weights that sum to 1, so that the join never adds to
    the largest branch. The gate begins at 0.01 and the biases at 0: near the mean join, and with the gate at 0 equal to
    it. Drop-path leaves the features and the weights of dropped branches out; a lone survivor passes as itself.
    """

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count for k branches k projections of all k channels features with a bias each, and a gate; none for one."""
        branches = len(inputs) if kept is None else len(kept)
        weights = branches * branches * self.width(inputs) if branches > 1 else 0
        more = Cost(weights + branches + 1, weights * inputs[0].positions) if weights else Cost()
        return super().cost(inputs, kept) + more

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.ManifoldJoin`; a lone branch has nothing to weigh."""
        from fractalgen.nn.joins import ManifoldJoin, MeanJoin

        projections, branches = self.projections(inputs), len(inputs)
        if branches == 1:
            return MeanJoin(projections)
        return ManifoldJoin(projections, branches, self.width(inputs), images=len(inputs[0].shape) == 3)
