"""Weighted mean with weights that depend on the input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.ir.joins._base import Join, Kept
from fractalgen.ir.parts import Cost, Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Gate(Join):
    """A weighted mean whose weights depend on the input.

    Each branch scores its own mean over positions by a linear map; softmax over the survivors weighs them.
    """

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count channels + 1 a branch, used once a sample; a lone survivor passes without a score."""
        branches = len(inputs) if kept is None else len(kept)
        scores = branches * self.width(inputs) if branches > 1 else 0
        return super().cost(inputs, kept) + Cost(scores + (branches if branches > 1 else 0), scores)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.joins.GateJoin`."""
        from fractalgen.nn.joins import GateJoin

        images = len(inputs[0].shape) == 3
        return GateJoin(self.projections(inputs), len(inputs), self.width(inputs), images=images)
