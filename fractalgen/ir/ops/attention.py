"""Multi-head self-attention (Vaswani et al., arXiv 1706.03762, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.errors import ParameterError, ShapeError
from fractalgen.ir.parts import Cost, Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


def sequence(op: str, source: TensorType) -> TensorType:
    """Return `source` if it is a sequence.

    Raises:
        ShapeError: it is not `(length, channels)`.
    """
    if len(source.shape) != 2:
        raise ShapeError(f"{op} needs a sequence (length, channels), found {source}", "Put embedding before it.")
    return source


@dataclass(frozen=True)
class Attention(Op):
    """Multi-head self-attention, `(length, channels) -> (length, channels)`.

    softmax(Q K^T / sqrt(channels / heads)) V in each head.
    """

    heads: int = field(8, minimum=1)
    """How many heads; they share the channels equally."""
    bias: bool = True
    """Add a learned shift in each of the four projections."""
    causal: bool = False
    """Each position sees itself and those before it."""

    depth = 1

    def resolved(self, inputs: Types) -> Attention:
        """Check that `heads` divides the channels."""
        if inputs[0].channels % self.heads:
            raise ParameterError(
                f"attention.heads must divide the channels, found {self.heads} for {inputs[0].channels}"
            )
        return self

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return sequence("attention", inputs[0])

    def cost(self, inputs: Types) -> Cost:
        """Count four projections, and for each pair of positions one product for the weights and one for the values."""
        length, channels = inputs[0].shape
        weights = 4 * channels * channels
        return Cost(weights + (4 * channels if self.bias else 0), weights * length + 2 * length * length * channels)

    def window(self, inputs: Types) -> tuple[int, int]:
        """Return the whole length."""
        return inputs[0].shape[0], 1

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.attention.SelfAttention`."""
        from fractalgen.nn.attention import SelfAttention

        return SelfAttention(inputs[0].channels, self.heads, bias=self.bias, causal=self.causal)
