"""Shifts by whole pixels."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F


def shift(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return each image shifted by up to an eighth of its side, which is 4 of 32 pixels; zeros, the mean, move in."""
    return shifted(images, generator, "constant")


def shifted(images: Tensor, generator: torch.Generator, padding: Literal["constant", "reflect"]) -> Tensor:
    """Return each image shifted by its own whole number of pixels in both directions.

    The largest shift is an eighth of the side, at least one pixel: `[-4, 4]` for 32 pixels, as in FractalNet
    (arXiv 1605.07648, section 4).
    """
    count, _, height, width = images.shape
    most_y, most_x = max(1, height // 8), max(1, width // 8)
    padded = F.pad(images, (most_x, most_x, most_y, most_y), mode=padding)
    y = torch.randint(0, 2 * most_y + 1, (count, 1), generator=generator) + torch.arange(height)
    x = torch.randint(0, 2 * most_x + 1, (count, 1), generator=generator) + torch.arange(width)
    y, x = y.to(images.device), x.to(images.device)
    sample = torch.arange(count, device=images.device)[:, None, None]
    # Indices around a slice put the channels last.
    return padded[sample, :, y[:, :, None], x[:, None, :]].permute(0, 3, 1, 2).contiguous()
