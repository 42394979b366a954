"""Average pooling over height and width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._pool import Pool
from fractalgen.ir.parts import Types, as_pair

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class AvgPool(Pool):
    """Average of each window, `(channels, height, width) -> (channels, height', width')`."""

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.AvgPool2d`."""
        from torch import nn

        del inputs
        return nn.AvgPool2d(as_pair(self.kernel), as_pair(self.stride), as_pair(self.padding))
