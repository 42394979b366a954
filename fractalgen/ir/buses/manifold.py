"""Manifold-constrained hyper-connections (Xie et al., arXiv 2512.24880, equations 7 to 9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.buses._base import Connection, is_image, weight_count
from fractalgen.ir.parts import Cost, Types, field

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Manifold(Connection):
    """Weights from all streams of a position; they read and write by sigmoids, and mix by a doubly stochastic matrix.

    At the start the gates are 0.01 and the biases 0, so that every site mixes all streams almost evenly: the residual
    net.
    """

    rounds: int = field(20, minimum=1, maximum=1000)
    """How often Sinkhorn and Knopp's iteration makes columns, then rows, sum to 1."""

    def by_position(self) -> bool:
        """Return true."""
        return True

    def cost(self, inputs: Types) -> Cost:
        """Count n (n + 2) projections of all n C features with a bias each, and three gates."""
        state, weights = inputs[0], weight_count(inputs[0])
        features = weights * (state.streams or 1) * state.channels
        return Cost(features + weights + 3, features * state.stream.positions)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.hyper_connections.ManifoldConnection`."""
        from fractalgen.nn.hyper_connections import ManifoldConnection

        state = inputs[0]
        return ManifoldConnection(state.streams or 1, state.channels, self.rounds, images=is_image(state))
