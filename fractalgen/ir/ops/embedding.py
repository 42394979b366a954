"""Learned vectors for tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.errors import ShapeError
from fractalgen.ir.parts import Cost, Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Embedding(Op):
    """A learned vector for each token, `(length,)` whole numbers below `tokens` -> `(length, out)`."""

    tokens: int = field(minimum=1)
    """Size of the vocabulary; tokens are 0 to one less."""
    out: int = field(minimum=1)
    """Length of each vector."""

    def infer(self, inputs: Types) -> TensorType:
        """Return a sequence of vectors."""
        source = inputs[0]
        if source.dtype != "int" or len(source.shape) != 1:
            raise ShapeError(
                f"embedding needs tokens (length,) of whole numbers, found {source}",
                "Write input: {shape: [128], dtype: int}.",
            )
        return TensorType((source.shape[0], self.out))

    def cost(self, inputs: Types) -> Cost:
        """Count tokens * out; looking up multiplies nothing."""
        del inputs
        return Cost(self.tokens * self.out)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Embedding`."""
        from torch import nn

        del inputs
        return nn.Embedding(self.tokens, self.out)
