"""The base of pooling ops."""

from __future__ import annotations

from dataclasses import dataclass

from fractalgen.ir.ops._windows import image, slide
from fractalgen.ir.parts import Op, Pair, Types, as_pair, field, part_name
from fractalgen.ir.types import TensorType


@dataclass(frozen=True)
class Pool(Op):
    """One number for each window and channel, `(channels, height, width) -> (channels, height', width')`."""

    kernel: int | Pair = field(2, minimum=1)
    """Height and width of the window: one number, or [height, width]."""
    stride: int | Pair = field(2, minimum=1)
    """How far the window moves each time."""
    padding: int | Pair = field(0, minimum=0)
    """Rows and columns added on each side; they never win a maximum, and an average counts them as zeros."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the pooled size with the same channels."""
        name = part_name(self)
        source = image(name, inputs[0])
        height, width = slide(name, source, self.kernel, self.stride, as_pair(self.padding))
        return TensorType((source.channels, height, width))

    def window(self, inputs: Types) -> Pair:
        """Return reach and step along the height."""
        del inputs
        return as_pair(self.kernel)[0], as_pair(self.stride)[0]
