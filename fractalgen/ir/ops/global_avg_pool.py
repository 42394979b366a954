"""Mean over all positions (Lin et al., Network in Network, arXiv 1312.4400)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Op, Pair, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class GlobalAvgPool(Op):
    """Mean of each channel over all positions, `(channels, height, width) -> (channels,)`."""

    def infer(self, inputs: Types) -> TensorType:
        """Return a vector of one mean a channel."""
        return TensorType((image("global_avg_pool", inputs[0]).channels,))

    def window(self, inputs: Types) -> Pair:
        """Return the whole height."""
        return inputs[0].shape[1], 1

    def build(self, inputs: Types) -> nn.Module:
        """Return average pooling to one position, flattened."""
        from torch import nn

        del inputs
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
