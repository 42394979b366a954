"""Rectified linear unit with a slope (Maas, Hannun and Ng, ICML workshop 2013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Types, field

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class LeakyRelu(SameType):
    """max(x, slope * x), element by element."""

    slope: float = field(0.01, minimum=0.0, below=1.0)
    """What is left of negative elements: 0.01 in the paper, 0.1 in Darknet and its YOLO networks."""

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.LeakyReLU`."""
        from torch import nn

        del inputs
        return nn.LeakyReLU(self.slope)
