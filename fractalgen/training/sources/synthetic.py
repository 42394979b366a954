"""Images that are made up, for tests and first tries."""

from __future__ import annotations

import hashlib

import torch

from fractalgen.spec.data import Data
from fractalgen.training.sources._base import Labelled, Source

SEED = 1605
_BLOCK = 4


class Synthetic(Source):
    """Each class is a pattern of blocks of colour; its images are the pattern with noise, which a linear map separates.

    The same options give the same images on every machine; the test images are drawn after the training images.
    """

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._count = data.count or 512
        self._shape = data.shape or (3, 8, 8)
        self._classes = data.classes or 10
        self._noise = 0.1 if data.noise is None else data.noise

    def digest(self) -> str:
        """Return a hash of the options, which decide everything."""
        text = f"synthetic 1 {SEED} {self._count} {self._shape} {self._classes} {self._noise}"
        return hashlib.sha256(text.encode()).hexdigest()

    def train(self) -> Labelled:
        """Return `count` images."""
        return self._make(self._count, 1)

    def test(self) -> Labelled:
        """Return a quarter as many images, at least one of each class."""
        return self._make(max(self._count // 4, self._classes), 2)

    def _make(self, count: int, part: int) -> Labelled:
        import numpy as np

        channels, height, width = self._shape
        # The stream of RandomState is fixed for good; those of newer generators may change with numpy.
        patterns = np.random.RandomState(SEED).uniform(
            0, 256, (self._classes, channels, -(-height // _BLOCK), -(-width // _BLOCK))
        )
        patterns = patterns.repeat(_BLOCK, 2).repeat(_BLOCK, 3)[:, :, :height, :width]
        labels = np.arange(count, dtype=np.int64) % self._classes
        images = np.empty((count, *self._shape), dtype=np.uint8)
        noise = np.random.RandomState(SEED + part)
        for number, label in enumerate(labels):
            strayed = patterns[label] + 255 * self._noise * noise.standard_normal(self._shape)
            images[number] = strayed.clip(0, 255)
        return Labelled(torch.from_numpy(images), torch.from_numpy(labels))
