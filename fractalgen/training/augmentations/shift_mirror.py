"""The two augmentations of FractalNet (arXiv 1605.07648, section 4 and table 1)."""

from __future__ import annotations

import torch
from torch import Tensor

from fractalgen.training.augmentations.mirror import mirror
from fractalgen.training.augmentations.shift import shifted


def shift_mirror(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the paper's `+`: mirroring, and shifts that zeros fill after the mean is subtracted."""
    return mirror(shifted(images, generator, "constant"), generator)


def shift_mirror_reflect(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the paper's `++`: as `+`, with reflections of the image instead of zeros."""
    return mirror(shifted(images, generator, "reflect"), generator)
