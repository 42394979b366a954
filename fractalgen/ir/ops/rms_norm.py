"""Root mean square normalisation (Zhang and Sennrich, arXiv 1910.07467)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Cost, Types, field

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class RmsNorm(SameType):
    """Divide the channels of each position by their root mean square; the shape stays."""

    affine: bool = True
    """Learn a scale a channel."""
    eps: float = field(1e-6, minimum=1e-12)
    """Added to the mean square before the root."""

    def cost(self, inputs: Types) -> Cost:
        """Count the scale."""
        return Cost(inputs[0].channels if self.affine else 0)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.RMSNorm`, over the channels wherever they stand."""
        from fractalgen.nn.norms import RMSNorm2d, nn

        kind = RMSNorm2d if len(inputs[0].shape) == 3 else nn.RMSNorm
        return kind(inputs[0].channels, eps=self.eps, elementwise_affine=self.affine)
