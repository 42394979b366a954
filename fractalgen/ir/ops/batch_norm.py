"""Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Cost, Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class BatchNorm(Op):
    """Normalise each channel over the batch and all positions; the shape stays."""

    affine: bool = True
    """Learn a scale and a shift a channel."""
    eps: float = field(1e-5, minimum=1e-12)
    """Added to the variance before the square root."""
    momentum: float = field(0.1, minimum=0.0, maximum=1.0)
    """Weight of the newest batch in the running statistics."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return image("batch_norm", inputs[0])

    def cost(self, inputs: Types) -> Cost:
        """Count scale and shift; multiplications fold into the convolution before it."""
        return Cost(2 * inputs[0].channels if self.affine else 0)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.BatchNorm2d`."""
        from torch import nn

        return nn.BatchNorm2d(inputs[0].channels, eps=self.eps, momentum=self.momentum, affine=self.affine)
