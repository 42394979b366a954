"""A draw from a Gaussian: the reparameterisation of variational autoencoders (Kingma and Welling, arXiv 1312.6114)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.errors import ShapeError
from fractalgen.ir.parts import Op, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Sample(Op):
    """A Gaussian sample: the first half of the channels is the mean, the second the log-variance.

    mean + exp(log variance / 2) * noise in training, the mean in evaluation. Where the network returns what this op
    reads as an output, the task `reconstruction` adds the divergence from a standard Gaussian to the loss.
    """

    stochastic = True

    def infer(self, inputs: Types) -> TensorType:
        """Return the type with half the channels."""
        source = inputs[0]
        if source.dtype != "float":
            raise ShapeError(f"sample reads numbers, found {source}", "Put embedding before it.")
        if source.channels % 2:
            raise ShapeError(
                f"sample needs an even number of channels, means and log-variances, found {source}",
                "Put conv or linear with twice the channels before it.",
            )
        return source.with_channels(source.channels // 2)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.sample.GaussianSample`."""
        from fractalgen.nn.sample import GaussianSample

        return GaussianSample(1 if len(inputs[0].shape) == 3 else -1)
