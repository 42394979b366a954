"""Element-wise sum of the branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fractalgen.ir.joins._base import Join
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Sum(Join):
    """The sum of the survivors, not rescaled when some are dropped."""

    takes_streams: ClassVar[bool] = True
    linear: ClassVar[bool] = True

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.SumJoin`."""
        from fractalgen.nn.joins import SumJoin

        return SumJoin(self.projections(inputs))
