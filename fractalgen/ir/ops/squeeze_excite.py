"""Squeeze and excitation (Hu et al., arXiv 1709.01507)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Cost, Op, Pair, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class SqueezeExcite(Op):
    """Scale each channel by sigmoid(W2 relu(W1 mean(x))); the shape stays."""

    reduction: int = field(16, minimum=1)
    """Channels divided by the width of the hidden layer, which is at least 1."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return image("squeeze_excite", inputs[0])

    def cost(self, inputs: Types) -> Cost:
        """Count two layers with biases, used once a sample."""
        channels = inputs[0].channels
        hidden = self._hidden(channels)
        return Cost(2 * channels * hidden + channels + hidden, 2 * channels * hidden)

    def window(self, inputs: Types) -> Pair:
        """Return the whole height."""
        return inputs[0].shape[1], 1

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.squeeze_excite.SqueezeExcite`."""
        from fractalgen.nn.squeeze_excite import SqueezeExcite as Module

        channels = inputs[0].channels
        return Module(channels, self._hidden(channels))

    def _hidden(self, channels: int) -> int:
        return max(1, channels // self.reduction)
