"""Rectified linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.parts import Op, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Relu(Op):
    """max(x, 0), element by element."""

    idempotent = True

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return inputs[0]

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.ReLU`."""
        from torch import nn

        del inputs
        return nn.ReLU()
