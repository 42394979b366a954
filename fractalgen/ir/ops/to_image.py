"""A sequence of pixels as an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.errors import ShapeError
from fractalgen.ir.parts import Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ToImage(Op):
    """What `to_sequence` made a sequence, as an image again, `(length, channels) -> (channels, height, width)`."""

    height: int | None = field(None, minimum=1)
    """Height of the image; that of a square when left out."""
    order: Literal["rows", "columns"] = "rows"
    """Whether the sequence has one row after another, or one column after another."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the image."""
        height, width = self._size(inputs[0])
        return TensorType((inputs[0].channels, height, width), inputs[0].dtype)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.layout.ToImage`."""
        from fractalgen.nn.layout import ToImage as Module

        return Module(*self._size(inputs[0]), self.order)

    def _size(self, source: TensorType) -> tuple[int, int]:
        if len(source.shape) != 2:
            raise ShapeError(
                f"to_image needs a sequence (length, channels), found {source}", "Put to_sequence before it."
            )
        length = source.shape[0]
        height = math.isqrt(length) if self.height is None else self.height
        if self.height is None and height * height != length:
            raise ShapeError(f"to_image finds no square of {length} pixels, found {source}", "Give it a height.")
        if length % height:
            raise ShapeError(
                f"to_image cannot cut {length} pixels into {height} rows, found {source}",
                f"Give a height that divides {length}.",
            )
        return height, length // height
