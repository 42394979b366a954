"""Concatenation along the channels, optionally projected back by a 1x1 convolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fractalgen.errors import ParameterError
from fractalgen.ir.joins._base import Join, Kept
from fractalgen.ir.parts import Cost, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Concat(Join):
    """Channels of all branches side by side; with `project`, mapped back to one width.

    With `project`, a 1x1 convolution without bias maps them to `out` channels. Its kernel is a row of slices, one a
    branch; the slice of a dropped branch is not computed, and a lone survivor passes through its own slice.
    """

    project: bool = False
    """Map the joint channels to `out` by a 1x1 convolution, so that branches may be dropped."""
    out: int | None = field(None, minimum=1)
    """Channels after the projection; those of the widest branch when left out."""

    @property
    def commutative(self) -> bool:  # type: ignore[override]
        """True with the projection, whose kernel can be permuted with the branches."""
        return self.project

    @property
    def can_drop(self) -> bool:
        """True with the projection, which keeps the shape whatever survives."""
        return self.project

    def resolved(self, inputs: Types) -> Concat:
        """Fill in `out`.

        Raises:
            ParameterError: `out` without `project`.
        """
        if self.project:
            return self if self.out is not None else replace(self, out=self.width(inputs))
        if self.out is not None:
            raise ParameterError(f"concat.out needs project: true, found out: {self.out}")
        return self

    def infer(self, inputs: Types) -> TensorType:
        """Return the branches' height and width with the joint channels."""
        self.check_sizes(inputs)
        joint = sum(type_.channels for type_ in inputs)
        return inputs[0].with_channels((self.out or self.width(inputs)) if self.project else joint)

    def projections(self, inputs: Types, kept: Kept | None = None) -> dict[int, tuple[int, int]]:
        """Return nothing: concatenation takes branches of any width."""
        del inputs, kept
        return {}

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count the kernel slices of the surviving branches."""
        if not self.project:
            return Cost()
        branches = range(len(inputs)) if kept is None else kept
        weights = sum(inputs[i].channels for i in branches) * (self.out or self.width(inputs))
        return Cost(weights, weights * inputs[0].positions)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.ConcatJoin`."""
        from fractalgen.nn.joins import ConcatJoin

        out = (self.out or self.width(inputs)) if self.project else None
        return ConcatJoin([type_.channels for type_ in inputs], out, images=len(inputs[0].shape) == 3)
