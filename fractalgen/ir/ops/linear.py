"""Fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fractalgen.errors import ShapeError
from fractalgen.ir.parts import Cost, Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Linear(Op):
    """Fully connected layer, `(channels,) -> (out,)`, or at each position `(length, channels) -> (length, out)`."""

    out: int | None = field(None, minimum=1)
    """Channels that come out; as many as come in when left out."""
    bias: bool = True
    """Add a learned shift a channel."""

    def resolved(self, inputs: Types) -> Linear:
        """Fill in `out`."""
        return self if self.out is not None else replace(self, out=inputs[0].channels)

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in with `out` channels."""
        source = inputs[0]
        if len(source.shape) == 3:
            raise ShapeError(
                f"linear needs a vector (channels) or a sequence (length, channels), found {source}",
                "Put flatten or global_avg_pool before it.",
            )
        return source.with_channels(self.out or source.channels)

    def cost(self, inputs: Types) -> Cost:
        """Count in * out weights, used once a position, and `out` biases."""
        out = self.out or inputs[0].channels
        weights = inputs[0].channels * out
        return Cost(weights + (out if self.bias else 0), weights * inputs[0].positions)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Linear`."""
        from torch import nn

        return nn.Linear(inputs[0].channels, self.out or inputs[0].channels, self.bias)
