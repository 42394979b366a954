"""Average pooling over height and width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._windows import as_pair, image, slide
from fractalgen.ir.parts import Op, Pair, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class AvgPool(Op):
    """Average of each window, `(channels, height, width) -> (channels, height', width')`."""

    kernel: int | Pair = field(2, minimum=1)
    stride: int | Pair = field(2, minimum=1)
    padding: int | Pair = field(0, minimum=0)

    def infer(self, inputs: Types) -> TensorType:
        """Return the pooled size with the same channels."""
        source = image("avg_pool", inputs[0])
        height, width = slide("avg_pool", source, self.kernel, self.stride, as_pair(self.padding))
        return TensorType((source.channels, height, width))

    def window(self, inputs: Types) -> Pair:
        """Return reach and step along the height."""
        del inputs
        return as_pair(self.kernel)[0], as_pair(self.stride)[0]

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.AvgPool2d`."""
        from torch import nn

        del inputs
        return nn.AvgPool2d(as_pair(self.kernel), as_pair(self.stride), as_pair(self.padding))
