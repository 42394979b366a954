"""Noise in training that torch lacks; in evaluation nothing changes."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class StochasticDepth(nn.Module):
    """Zeroes whole samples, or the whole mini-batch, and scales what stays by 1 / (1 - rate) (arXiv 1603.09382).

    Args:
        rate: Probability that a sample is zeroed.
        per: `sample` for a draw for each sample, `batch` for one draw for all of them.
    """

    def __init__(self, rate: float, per: str = "sample") -> None:
        super().__init__()
        self.rate = rate
        self.per = per

    def forward(self, x: Tensor) -> Tensor:
        """Return `x`, `(batch, ...)`, with samples zeroed."""
        if not self.training:
            return x
        draws = len(x) if self.per == "sample" else 1
        kept = x.new_empty(draws, *[1] * (x.dim() - 1)).bernoulli_(1 - self.rate)
        return x * kept.div_(1 - self.rate)


class DropBlock(nn.Module):
    """Zeroes square blocks of each channel and scales what stays by count / count kept (arXiv 1810.12890, algorithm 1).

    Every channel of every sample has blocks of its own, and every block lies inside the map; a block larger than the
    map is cut to it, as in the authors' code. The counts are over the whole mini-batch.

    Args:
        rate: Probability, roughly, that an element is zeroed: 1 - keep_prob of the paper.
        block: Height and width of a block.
    """

    def __init__(self, rate: float = 0.1, block: int = 7) -> None:
        super().__init__()
        self.rate = rate
        self.block = block

    def gamma(self, height: int, width: int) -> float:
        """Return the probability that a block lies at a place, for a map of this size (equation 1)."""
        high, wide = min(self.block, height), min(self.block, width)
        return self.rate / (high * wide) * (height * width) / ((height - high + 1) * (width - wide + 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return `x`, `(batch, channels, height, width)`, with blocks zeroed."""
        if not self.training:
            return x
        batch, channels, height, width = x.shape
        high, wide = min(self.block, height), min(self.block, width)
        corners = x.new_empty(batch, channels, height - high + 1, width - wide + 1)
        corners.bernoulli_(self.gamma(height, width))
        blocks = F.max_pool2d(F.pad(corners, (wide - 1, wide - 1, high - 1, high - 1)), (high, wide), 1)
        kept = 1 - blocks
        count = kept.sum(dtype=torch.promote_types(x.dtype, torch.float32)).clamp(min=1)
        return x * kept * (kept.numel() / count)
