"""scikit-learn's digits: 1,797 images of 8x8 pixels, installed with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import torch

from fractalgen.training.sources._base import Labelled, Source
from fractalgen.training.split import split

TEST_FRACTION = 0.2
TEST_SEED = 1605


class Digits(Source):
    """Handwritten digits of the UCI repository (Alpaydin and Kaynak, 1998).

    They come as one set, so the test images are a stratified fifth that no setting can change.
    """

    def digest(self) -> str:
        """Return a hash of the images and of which are test images."""
        everything = _everything()
        content = everything.images.numpy().tobytes() + everything.labels.numpy().tobytes()
        return hashlib.sha256(content + f"{TEST_FRACTION} {TEST_SEED}".encode()).hexdigest()

    def train(self) -> Labelled:
        """Return 1,438 images."""
        return self._part(0)

    def test(self) -> Labelled:
        """Return 359 images."""
        return self._part(1)

    def class_names(self) -> Sequence[str]:
        """Return the ten digits."""
        return tuple("0123456789")

    def _part(self, which: int) -> Labelled:
        everything = _everything()
        chosen = split(everything.labels, TEST_FRACTION, TEST_SEED)[which]
        return Labelled(everything.images[chosen], everything.labels[chosen])


@lru_cache(maxsize=1)
def _everything() -> Labelled:
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    # Pixels count ink from 0 to 16.
    images = torch.from_numpy(pixels).mul(255 / 16).round().to(torch.uint8).reshape(-1, 1, 8, 8)
    return Labelled(images, torch.from_numpy(labels).long())
