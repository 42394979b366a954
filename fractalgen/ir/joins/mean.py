"""Element-wise mean of the branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fractalgen.ir.joins._base import Join
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Mean(Join):
    """The mean of the survivors: FractalNet's join (arXiv 1605.07648, section 2)."""

    takes_streams: ClassVar[bool] = True
    linear: ClassVar[bool] = True

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.MeanJoin`."""
        from fractalgen.nn.joins import MeanJoin

        return MeanJoin(self.projections(inputs))
