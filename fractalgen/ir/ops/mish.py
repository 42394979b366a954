"""Mish (Misra, arXiv 1908.08681)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.ops._same import SameType
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Mish(SameType):
    """x * tanh(softplus(x)), element by element."""

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Mish`."""
        from torch import nn

        del inputs
        return nn.Mish()
