"""An image as a sequence of its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Op, Pair, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ToSequence(Op):
    """The pixels of an image one after another, `(channels, height, width) -> (height * width, channels)`."""

    order: Literal["rows", "columns"] = "rows"
    """One row after another, or one column after another."""

    def infer(self, inputs: Types) -> TensorType:
        """Return a sequence as long as there are pixels."""
        channels, height, width = image("to_sequence", inputs[0]).shape
        return TensorType((height * width, channels), inputs[0].dtype)

    def window(self, inputs: Types) -> Pair:
        """Return the whole height: what reads a sequence reads all of it."""
        return inputs[0].shape[1], 1

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.layout.ToSequence`."""
        from fractalgen.nn.layout import ToSequence as Module

        del inputs
        return Module(self.order)
