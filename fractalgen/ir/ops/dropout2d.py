"""Dropout of whole channels (Tompson et al., arXiv 1411.4280)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._windows import image
from fractalgen.ir.ops.dropout import Dropout
from fractalgen.ir.parts import Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Dropout2d(Dropout):
    """Zero each channel of an image with probability `rate` while training, and scale the rest by 1 / (1 - rate)."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return image("dropout2d", inputs[0])

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Dropout2d`."""
        from torch import nn

        del inputs
        return nn.Dropout2d(self.rate)
