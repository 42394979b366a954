"""Dropout (Srivastava et al., JMLR 15, 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.parts import Op, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Dropout(Op):
    """Zero each element with probability `rate` while training, and scale the rest by 1 / (1 - rate)."""

    rate: float = field(0.5, minimum=0.0, below=1.0)
    """Probability of being dropped."""

    stochastic = True

    @property
    def is_noop(self) -> bool:  # type: ignore[override]
        """Whether it never drops anything."""
        return self.rate == 0

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return inputs[0]

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Dropout`."""
        from torch import nn

        del inputs
        return nn.Dropout(self.rate)
