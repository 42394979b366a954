"""Mirroring."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fractalgen.spec.augment import MirrorOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws

_MIXER = 0x9E3779B1
"""Spreads neighbouring numbers over all bits (Knuth, The Art of Computer Programming, section 6.4)."""


@dataclass(frozen=True)
class Mirror(Augmentation):
    """Left and right swapped, by chance or, with `alternate`, in every other epoch.

    Alternating shows each image both ways in any two epochs, which learns faster (Jordan, arXiv 2404.00498).
    """

    options: MirrorOptions

    moves = True

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the batch with every other image swapped, on average."""
        if self.options.alternate:
            half = (batch.index * _MIXER >> 16) & 1
            return replace(batch, images=_swapped(batch.images, (half + batch.epoch) % 2 == 0))
        return replace(batch, images=_swapped(batch.images, draws.uniform() < 0.5))


def _swapped(images: Tensor, which: Tensor) -> Tensor:
    return torch.where(which[:, None, None, None], images.flip(3), images)
