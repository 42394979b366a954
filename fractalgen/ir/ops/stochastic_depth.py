"""Stochastic depth (Huang et al., arXiv 1603.09382), which timm calls DropPath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.ir.ops.dropout import Dropout
from fractalgen.ir.parts import Types, field

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class StochasticDepth(Dropout):
    """Zero a whole sample with probability `rate` while training, and scale the rest by 1 / (1 - rate).

    It stands at the end of a residual branch: a zeroed branch leaves the skip alone. Drop-path, `drop_path:` of a spec,
    is another thing: it drops inputs of droppable joins, keeps at least one, rescales over those that stay, and does
    not compute what it drops. Stochastic depth is an op like any other: its input is computed first and zeroed then.
    """

    rate: float = field(0.5, minimum=0.0, below=1.0)
    per: Literal["sample", "batch"] = "sample"
    """A draw for each sample, or one for the whole mini-batch, as in the paper."""

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.noise.StochasticDepth`."""
        from fractalgen.nn.noise import StochasticDepth as Module

        del inputs
        return Module(self.rate, self.per)
