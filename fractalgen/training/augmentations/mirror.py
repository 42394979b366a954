"""Mirroring."""

from __future__ import annotations

import torch
from torch import Tensor


def mirror(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return the images with left and right swapped in every other one, by chance."""
    swapped = torch.rand(len(images), generator=generator) < 0.5
    return torch.where(swapped.to(images.device)[:, None, None, None], images.flip(3), images)
