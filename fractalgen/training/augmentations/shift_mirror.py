"""The two augmentations of FractalNet (arXiv 1605.07648, section 4 and table 1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fractalgen.spec.augment import NoOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws
from fractalgen.training.augmentations.shift import shifted


@dataclass(frozen=True)
class ShiftMirror(Augmentation):
    """The paper's `+`: mirroring, and shifts that zeros fill after the mean is subtracted."""

    options: NoOptions

    moves = True

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the shifted and mirrored batch."""
        return replace(batch, images=shifted(batch.images, draws, "constant", mirror=True))


@dataclass(frozen=True)
class ShiftMirrorReflect(Augmentation):
    """The paper's `++`: as `+`, with reflections of the image instead of zeros."""

    options: NoOptions

    moves = True

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the shifted and mirrored batch."""
        return replace(batch, images=shifted(batch.images, draws, "reflect", mirror=True))
