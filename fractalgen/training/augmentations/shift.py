"""Shifts by whole pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from fractalgen.spec.augment import NoOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws

Fill = Literal["constant", "reflect"]


@dataclass(frozen=True)
class Shift(Augmentation):
    """Each image shifted by up to an eighth of its side, which is 4 of 32 pixels; zeros, the mean, move in."""

    options: NoOptions

    moves = True

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the shifted batch."""
        return replace(batch, images=shifted(batch.images, draws, "constant"))


def shifted(images: Tensor, draws: Draws, fill: Fill, *, mirror: bool = False) -> Tensor:
    """Return each image shifted by its own whole number of pixels in both directions, then mirrored by chance if asked.

    The largest shift is an eighth of the side, at least one pixel: `[-4, 4]` for 32 pixels, as in FractalNet
    (arXiv 1605.07648, section 4).
    """
    height, width = images.shape[2:]
    return window(images, draws, (max(1, height // 8), max(1, width // 8)), fill, mirror=mirror)


def window(images: Tensor, draws: Draws, most: tuple[int, int], fill: Fill, *, mirror: bool = False) -> Tensor:
    """Return a part of each image as large as the image, at its own place, after padding by `most` pixels."""
    (height, width), (most_y, most_x) = images.shape[2:], most
    padded = F.pad(images, (most_x, most_x, most_y, most_y), mode=fill)
    top, left = (draws.integers(2 * side + 1)[:, None] for side in most)
    y, x = (torch.arange(side, device=images.device) for side in (height, width))
    if mirror:
        # Reading backwards is free, where swapping afterwards would be two more passes over the images.
        x = torch.where(draws.uniform()[:, None] < 0.5, x.flip(0), x)
    # One index a pixel, which all channels share, is four times as fast as an index for each axis.
    flat = ((top + y)[:, :, None] * padded.shape[3] + (left + x)[:, None, :]).flatten(1)[:, None]
    return padded.flatten(2).gather(2, flat.expand(-1, images.shape[1], -1)).view(images.shape)
