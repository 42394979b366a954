"""All elements of a sample in one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.parts import Op, Pair, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Flatten(Op):
    """All elements in one vector, `(channels, height, width) -> (channels * height * width,)`."""

    idempotent = True

    def infer(self, inputs: Types) -> TensorType:
        """Return a vector of all elements."""
        return TensorType((inputs[0].elements,), inputs[0].dtype)

    def window(self, inputs: Types) -> Pair:
        """Return the whole height: every output sees every position from here on."""
        return (inputs[0].shape[1] if len(inputs[0].shape) == 3 else 1), 1

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Flatten`."""
        from torch import nn

        del inputs
        return nn.Flatten()
