"""Draws from a Gaussian whose moments a network computes."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GaussianSample(nn.Module):
    """mean + exp(log variance / 2) * noise in training, the mean in evaluation (arXiv 1312.6114, equation 10).

    Args:
        axis: Where the channels are: the first half of them is the mean, the second the logarithm of the variance.
    """

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Tensor) -> Tensor:
        """Return a sample with half the channels of `x`."""
        mean, log_variance = x.chunk(2, dim=self.axis)
        if not self.training:
            return mean
        return mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
