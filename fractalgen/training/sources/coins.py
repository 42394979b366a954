"""scikit-image's coins: one photograph of 24 coins, cut into tiles, with a mask."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, ClassVar

import torch
from torch import Tensor

from fractalgen.errors import MissingDependencyError
from fractalgen.training.sources._base import Masked, Source

TILE = 32
TEST_COLUMNS = 3
"""The tiles at the right that are tested on, of 12 columns of tiles."""


class Coins(Source):
    """A grey photograph of Greek coins from Pompeii, 303x384 pixels (Brooklyn Museum), as 32x32 tiles in columns.

    Nobody drew a mask. Its mask is the region-based segmentation of scikit-image's gallery: the watershed of the Sobel
    gradient from the pixels below 30 (background) and above 150 (coins), with holes filled. The tiles do not overlap;
    the right quarter of the photograph is the test set.
    """

    classes: ClassVar[int | None] = 2

    def digest(self) -> str:
        """Return a hash of photograph and mask, and of which tiles are test tiles."""
        everything = _everything()
        content = everything.images.numpy().tobytes() + everything.masks.numpy().tobytes()
        return hashlib.sha256(content + f"{TILE} {TEST_COLUMNS}".encode()).hexdigest()

    def train(self) -> Masked:
        """Return 81 tiles."""
        everything = _everything()
        return Masked(everything.images[: -_test_count()], everything.masks[: -_test_count()])

    def test(self) -> Masked:
        """Return 27 tiles."""
        everything = _everything()
        return Masked(everything.images[-_test_count() :], everything.masks[-_test_count() :])

    def class_names(self) -> Sequence[str]:
        """Return the two classes."""
        return ("background", "coin")


def _test_count() -> int:
    return TEST_COLUMNS * (_photograph().shape[0] // TILE)


@lru_cache(maxsize=1)
def _everything() -> Masked:
    """Return all tiles, one column of tiles after another."""
    photograph = _photograph()
    return Masked(_tiles(photograph).unsqueeze(1), _tiles(_reference(photograph)))


def _photograph() -> Tensor:
    try:
        data: Any = import_module("skimage.data")
    except ImportError:
        raise MissingDependencyError(
            "the coins come with the package 'scikit-image'",
            "Install it with: pip install 'fractalgen[segmentation]'.",
        ) from None
    return torch.from_numpy(data.coins().copy())


def _reference(photograph: Tensor) -> Tensor:
    """Return the mask of the photograph, 1 on coins."""
    import numpy as np
    from scipy import ndimage

    filters: Any = import_module("skimage.filters")
    regions: Any = import_module("skimage.segmentation")
    pixels = photograph.numpy()
    seeds = np.zeros_like(pixels, dtype=np.int32)
    seeds[pixels < 30] = 1
    seeds[pixels > 150] = 2
    return torch.from_numpy(
        ndimage.binary_fill_holes(regions.watershed(filters.sobel(pixels), seeds) == 2).astype(np.uint8)
    )


def _tiles(picture: Tensor) -> Tensor:
    tiles = picture.unfold(0, TILE, TILE).unfold(1, TILE, TILE)
    return tiles.transpose(0, 1).reshape(-1, TILE, TILE).contiguous()
