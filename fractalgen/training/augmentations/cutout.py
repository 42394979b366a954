"""Cutout (DeVries and Taylor, arXiv 1708.04552)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fractalgen.spec.augment import CutoutOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws


@dataclass(frozen=True)
class Cutout(Augmentation):
    """A square of zeros, the mean, around a pixel of chance; at the border a part of the square shows."""

    options: CutoutOptions

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the batch with a square of each image erased."""
        height, width = batch.images.shape[2:]
        rows, columns = (inside(draws.integers(side), self.options.size, side) for side in (height, width))
        erased = rows[:, None, :, None] & columns[:, None, None, :]
        return replace(batch, images=batch.images.masked_fill(erased, 0.0))


def inside(centres: Tensor, size: int, side: int) -> Tensor:
    """Return which of `side` pixels lie in a stretch of `size` around each of `centres`, `(batch, side)`."""
    distance = torch.arange(side, device=centres.device) - (centres[:, None] - size // 2)
    return (distance >= 0) & (distance < size)
