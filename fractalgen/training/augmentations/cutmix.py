"""CutMix (Yun et al., arXiv 1905.04899)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import torch

from fractalgen.spec.augment import CutmixOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws


@dataclass(frozen=True)
class Cutmix(Augmentation):
    """A box of each image replaced by that of another one of the batch, and as much of its target as the box covers.

    The batch has one box: its area is 1 - lambda of the image with lambda from Beta(alpha, alpha), its centre is
    uniform, and what lies outside the image is cut off.
    """

    mixes: ClassVar[bool] = True
    options: CutmixOptions

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the batch with boxes exchanged."""
        height, width = batch.images.shape[2:]
        mixed = draws.number() < self.options.probability
        side, partners = math.sqrt(1 - draws.beta(self.options.alpha)), draws.partners()
        top, bottom = _stretch(draws.number(), side, height)
        left, right = _stretch(draws.number(), side, width)
        if not mixed:
            return batch
        images = batch.images.clone()
        images[:, :, top:bottom, left:right] = batch.images[partners, :, top:bottom, left:right]
        kept = 1 - (bottom - top) * (right - left) / (height * width)
        return replace(batch, images=images, targets=torch.lerp(batch.targets[partners], batch.targets, kept))


def _stretch(centre: float, share: float, side: int) -> tuple[int, int]:
    """Return the pixels from and to which a stretch of `share` of a side around `centre` reaches."""
    size, middle = int(share * side), int(centre * side)
    return max(0, middle - size // 2), min(side, middle - size // 2 + size)
