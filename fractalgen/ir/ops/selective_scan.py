"""A selective state-space layer (Gu and Dao, Mamba, arXiv 2312.00752, algorithm 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fractalgen.ir.ops.attention import sequence
from fractalgen.ir.parts import Cost, Op, Pair, Types, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn

_CHANNELS_PER_RANK = 16
"""The paper's width of what the step sizes are computed from: one for every 16 channels."""


@dataclass(frozen=True)
class SelectiveScan(Op):
    """A recurrence along a sequence that chooses what to keep, `(length, channels) -> (length, channels)`.

    h_t = exp(d_t A) h_(t-1) + d_t B_t x_t, y_t = C_t h_t + D x_t in each channel; d, B and C are computed from x_t.
    """

    state: int = field(8, minimum=1, maximum=1024)
    """Numbers that each channel keeps."""
    rank: int | None = field(None, minimum=1)
    """Width of what the step sizes d are computed from; one for every 16 channels when left out."""
    reverse: bool = False
    """Run from the end to the beginning."""

    depth = 1

    def resolved(self, inputs: Types) -> SelectiveScan:
        """Fill in `rank`."""
        return self if self.rank is not None else replace(self, rank=-(-inputs[0].channels // _CHANNELS_PER_RANK))

    def infer(self, inputs: Types) -> TensorType:
        """Return the type that comes in."""
        return sequence("selective_scan", inputs[0])

    def cost(self, inputs: Types) -> Cost:
        """Count the projections, and one product a number of the state to read it out.

        The recurrence itself multiplies element by element, which is counted nowhere.
        """
        length, channels = inputs[0].shape
        rank = self.rank or -(-channels // _CHANNELS_PER_RANK)
        projections = channels * (rank + 2 * self.state) + rank * channels
        own = channels * self.state + 2 * channels
        return Cost(projections + own, length * (projections + channels * self.state))

    def window(self, inputs: Types) -> Pair:
        """Return the whole length."""
        return inputs[0].shape[0], 1

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.state_space.SelectiveScan`."""
        from fractalgen.nn.state_space import SelectiveScan as Module

        channels = inputs[0].channels
        return Module(channels, self.state, self.rank or -(-channels // _CHANNELS_PER_RANK), reverse=self.reverse)
