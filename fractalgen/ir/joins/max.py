"""Element-wise maximum of the branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fractalgen.ir.joins._base import Join
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Max(Join):
    """The element-wise maximum of the survivors."""

    takes_streams: ClassVar[bool] = True

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.MaxJoin`."""
        from fractalgen.nn.joins import MaxJoin

        return MaxJoin(self.projections(inputs))
