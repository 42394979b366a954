"""DropBlock (Ghiasi et al., arXiv 1810.12890)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._windows import image
from fractalgen.ir.ops.dropout import Dropout
from fractalgen.ir.parts import Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Dropblock(Dropout):
    """Zero square blocks of each channel while training, about `rate` of it, and scale the rest by the share kept.

    Neighbouring elements of an image tell the same, so that dropout of single ones takes little away. A block that is
    larger than the map is cut to it, as in the authors' code: one spec then serves every stage of a pyramid.
    """

    rate: float = field(0.1, minimum=0.0, below=1.0)
    """1 - keep_prob of the paper."""
    block: int = field(7, minimum=1)
    """Height and width of a block."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return image("dropblock", inputs[0])

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.noise.DropBlock`."""
        from fractalgen.nn.noise import DropBlock

        del inputs
        return DropBlock(self.rate, self.block)
