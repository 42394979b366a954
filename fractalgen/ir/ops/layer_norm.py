"""Layer normalisation (Ba, Kiros and Hinton, arXiv 1607.06450)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Cost, Types, field

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class LayerNorm(SameType):
    """Normalise the channels of each position; the shape stays."""

    affine: bool = True
    """Learn a scale and a shift a channel."""
    eps: float = field(1e-5, minimum=1e-12)
    """Added to the variance before the square root."""

    def cost(self, inputs: Types) -> Cost:
        """Count scale and shift."""
        return Cost(2 * inputs[0].channels if self.affine else 0)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.LayerNorm`, over the channels wherever they stand."""
        from fractalgen.nn.norms import LayerNorm2d, nn

        kind = LayerNorm2d if len(inputs[0].shape) == 3 else nn.LayerNorm
        return kind(inputs[0].channels, eps=self.eps, elementwise_affine=self.affine)
