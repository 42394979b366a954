"""Hyper-connections (Zhu et al., arXiv 2409.19606, equations 2 to 14)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fractalgen.ir.buses._base import Connection, is_image, weight_count
from fractalgen.ir.parts import Cost, Types, beginning

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class HyperConnection(Connection):
    """Learned weights; with `dynamic`, each position adds to them what its features say.

    At the start site m reads stream m mod n, every stream keeps itself and gets what the layer puts out: the residual
    net.
    """

    dynamic: bool = False
    """Let each position add to the learned weights what its features say."""
    site: int = beginning(0)

    def at(self, site: int) -> HyperConnection:
        """Return the connection that begins by reading stream `site` mod n."""
        return replace(self, site=site)

    def by_position(self) -> bool:
        """Whether it is dynamic."""
        return self.dynamic

    def cost(self, inputs: Types) -> Cost:
        """Count n (n + 2) weights; when dynamic also d (n + 2) for the features, two scales, and the norm's 2 d."""
        state, weights = inputs[0], weight_count(inputs[0])
        if not self.dynamic:
            return Cost(weights)
        features = state.channels * (weights // (state.streams or 1))
        return Cost(weights + features + 2 + 2 * state.channels, features * state.positions)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `StaticConnection` or `DynamicConnection` of `fractalgen.nn.hyper_connections`."""
        from fractalgen.nn.hyper_connections import DynamicConnection, StaticConnection

        state = inputs[0]
        streams = state.streams or 1
        if not self.dynamic:
            return StaticConnection(streams, self.site)
        return DynamicConnection(streams, state.channels, self.site, images=is_image(state))
