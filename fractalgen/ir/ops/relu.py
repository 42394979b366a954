"""Rectified linear unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Relu(SameType):
    """max(x, 0), element by element."""

    idempotent = True

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.ReLU`."""
        from torch import nn

        del inputs
        return nn.ReLU()
