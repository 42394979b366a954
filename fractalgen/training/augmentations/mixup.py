"""Mixup (Zhang, Cisse, Dauphin and Lopez-Paz, arXiv 1710.09412)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch

from fractalgen.spec.augment import MixupOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws


@dataclass(frozen=True)
class Mixup(Augmentation):
    """Each image plus another one of the batch, in one proportion for the batch, and so their targets."""

    mixes: ClassVar[bool] = True
    options: MixupOptions

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return `lambda x_i + (1 - lambda) x_j`, with lambda from Beta(alpha, alpha)."""
        mixed = draws.number() < self.options.probability
        share, partners = draws.beta(self.options.alpha), draws.partners()
        if not mixed:
            return batch
        images = torch.lerp(batch.images[partners], batch.images, share)
        return replace(batch, images=images, targets=torch.lerp(batch.targets[partners], batch.targets, share))
