"""Norms over the channels of images, where torch has them for the last axis only."""

from __future__ import annotations

from torch import Tensor, nn


class LayerNorm2d(nn.LayerNorm):
    """Layer norm over the channels of each position of `(batch, channels, height, width)`."""

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` normalised."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class RMSNorm2d(nn.RMSNorm):
    """RMS norm over the channels of each position of `(batch, channels, height, width)`."""

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` normalised."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


__all__ = ["LayerNorm2d", "RMSNorm2d", "nn"]
