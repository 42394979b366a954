"""Sigmoid linear unit, also called swish (Elfwing et al., arXiv 1702.03118)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Silu(SameType):
    """x * sigmoid(x), element by element."""

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.SiLU`."""
        from torch import nn

        del inputs
        return nn.SiLU()
