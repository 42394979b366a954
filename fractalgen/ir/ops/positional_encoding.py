"""The position of each element of a sequence, added to it (arXiv 1706.03762, section 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.ir.ops.attention import sequence
from fractalgen.ir.parts import Cost, Op, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class PositionalEncoding(Op):
    """Add a code of the position, `(length, channels) -> (length, channels)`."""

    kind: Literal["sinusoidal", "learned"] = "sinusoidal"
    """Sines and cosines of the position, or vectors that are learned."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return sequence("positional_encoding", inputs[0])

    def cost(self, inputs: Types) -> Cost:
        """Count length * channels when learned."""
        return Cost(inputs[0].elements if self.kind == "learned" else 0)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `SinusoidalEncoding` or `LearnedEncoding` of `fractalgen.nn.attention`."""
        from fractalgen.nn.attention import LearnedEncoding, SinusoidalEncoding

        length, channels = inputs[0].shape
        return (LearnedEncoding if self.kind == "learned" else SinusoidalEncoding)(length, channels)
