"""Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Gelu(SameType):
    """x * P(X <= x) for a standard normal X, element by element."""

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.GELU`."""
        from torch import nn

        del inputs
        return nn.GELU()
