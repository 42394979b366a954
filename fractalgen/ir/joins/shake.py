"""Shake-Shake (Gastaldi, arXiv 1705.07485): a mean with random weights while training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fractalgen.ir.joins._base import Join
from fractalgen.ir.parts import Types

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Shake(Join):
    """A mean whose weights are random while training, others forward than backward.

    y = sum_i a_i x_i and dL/dx_i = b_i dL/dy, where a and b are drawn uniformly from the weights that are at least 0
    and add up to 1: for two branches alpha and 1 - alpha with alpha uniform in [0, 1]. In evaluation, and for `even`,
    each of k survivors weighs 1 / k.
    """

    forward: Literal["shake", "even"] = "shake"
    """How values are weighed."""
    backward: Literal["shake", "even", "keep"] = "shake"
    """How gradients are weighed: by other random weights, evenly, or as the values were."""
    per: Literal["sample", "batch"] = "sample"
    """A draw for each sample, or one for the whole mini-batch."""

    @property
    def stochastic(self) -> bool:  # type: ignore[override]
        """True where anything is drawn."""
        return "shake" in (self.forward, self.backward)

    @property
    def varies(self) -> bool:
        """True where values are drawn, and not gradients alone."""
        return self.forward == "shake"

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.shake.ShakeJoin`."""
        from fractalgen.nn.shake import ShakeJoin

        return ShakeJoin(self.projections(inputs), self.forward, self.backward, self.per)
