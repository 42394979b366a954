"""Multi-head self-attention (Vaswani et al., arXiv 1706.03762, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

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
        before = "to_sequence" if len(source.shape) == 3 else "embedding"
        raise ShapeError(f"{op} needs a sequence (length, channels), found {source}", f"Put {before} before it.")
    return source


@dataclass(frozen=True)
class Attention(Op):
    """Multi-head self-attention, `(length, channels) -> (length, channels)`.

    softmax(Q K^T / sqrt(channels / heads)) V in each head. With a `drop_rate` training drops attention weights, which
    is DropAttention (Lin et al., arXiv 1907.11065): a span of w keys begins at each key with probability p / w, and
    what is left is normalised to 1 again. Each head of each sample has draws of its own. A key far from the first one
    is dropped with probability 1 - (1 - p / w)^w, which is p for w = 1 and a little less for longer spans.
    """

    heads: int = field(8, minimum=1)
    """How many heads; they share the channels equally."""
    bias: bool = True
    """Add a learned shift in each of the four projections."""
    causal: bool = False
    """Each position sees itself and those before it."""
    drop_rate: float = field(0.0, minimum=0.0, below=1.0)
    """p, the probability with which training drops an attention weight, as long as spans do not overlap."""
    drop_span: int = field(1, minimum=1)
    """w, how many neighbouring keys are dropped together."""
    drop_kind: Literal["column", "element"] = "column"
    """Drop keys for all queries of a head, or for each query keys of its own."""

    depth = 1

    @property
    def stochastic(self) -> bool:  # type: ignore[override]
        """Whether training drops attention weights."""
        return self.drop_rate > 0

    def resolved(self, inputs: Types) -> Attention:
        """Check that `heads` divides the channels; what is dropped has no form where nothing is dropped."""
        if inputs[0].channels % self.heads:
            raise ParameterError(
                f"attention.heads must divide the channels, found {self.heads} for {inputs[0].channels}",
                f"Give heads that divide {inputs[0].channels}.",
            )
        return self if self.stochastic else replace(self, drop_span=1, drop_kind="column")

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

        return SelfAttention(
            inputs[0].channels,
            self.heads,
            bias=self.bias,
            causal=self.causal,
            drop_rate=self.drop_rate,
            drop_span=self.drop_span,
            drop_kind=self.drop_kind,
        )
