"""Group normalisation (Wu and He, arXiv 1803.08494)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.errors import ParameterError
from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Cost, Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class GroupNorm(Op):
    """Normalise groups of channels over all positions of one sample; the shape stays."""

    groups: int = field(32, minimum=1)
    """Parts into which the channels are cut; must divide them."""
    affine: bool = True
    """Learn a scale and a shift a channel."""
    eps: float = field(1e-5, minimum=1e-12)
    """Added to the variance before the square root."""

    def resolved(self, inputs: Types) -> GroupNorm:
        """Check that `groups` divides the channels."""
        if inputs[0].channels % self.groups:
            raise ParameterError(
                f"group_norm.groups must divide the channels, found {self.groups} for {inputs[0].channels}"
            )
        return self

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return image("group_norm", inputs[0])

    def cost(self, inputs: Types) -> Cost:
        """Count scale and shift."""
        return Cost(2 * inputs[0].channels if self.affine else 0)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.GroupNorm`."""
        from torch import nn

        return nn.GroupNorm(self.groups, inputs[0].channels, eps=self.eps, affine=self.affine)
