"""Upsampling over height and width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Upsample(Op):
    """Enlarge an image, `(channels, height, width) -> (channels, factor * height, factor * width)`."""

    factor: int = field(2, minimum=1, maximum=64)
    """How many times higher and wider."""
    mode: Literal["nearest", "bilinear"] = "nearest"
    """Repeat each pixel, or interpolate between neighbours."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the larger size with the same channels."""
        channels, height, width = image("upsample", inputs[0]).shape
        return TensorType((channels, self.factor * height, self.factor * width))

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Upsample`."""
        from torch import nn

        del inputs
        return nn.Upsample(scale_factor=self.factor, mode=self.mode)
