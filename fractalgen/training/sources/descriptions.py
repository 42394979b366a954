"""The descriptions of scikit-learn's data sets: 44 kB of English text, installed with it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

import torch
from torch import Tensor

from fractalgen.spec.data import Data
from fractalgen.training.sources._base import Glance, Source, Windows
from fractalgen.training.sources._images import Part
from fractalgen.training.sources.tokens import BYTES, LENGTH, TEST_FRACTION, part_of, windows_of


class Descriptions(Source):
    """Text whose tokens are bytes; its last tenth is tested, which no setting can change.

    The files stand in the order of their names. Another version of scikit-learn may have other texts, and has then
    another digest.
    """

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._length = data.length or LENGTH

    def digest(self) -> str:
        """Return a hash of the text and of how it is read."""
        return hashlib.sha256(_text() + f" {self._length} {TEST_FRACTION}".encode()).hexdigest()

    def train(self) -> Windows:
        """Return windows of the first nine tenths."""
        return self._windows("train")

    def glance(self) -> Glance:
        """Look whether there are test tokens enough for a window."""
        return Glance((self._windows("test").tokens.shape[1] - 1,))

    def test(self) -> Windows:
        """Return windows of the last tenth."""
        return self._windows("test")

    def _windows(self, part: Part) -> Windows:
        tokens = part_of(_tokens(), part)
        return Windows(windows_of(tokens, self._length, "the text of descriptions has", part), BYTES)


def _tokens() -> Tensor:
    return torch.frombuffer(bytearray(_text()), dtype=torch.uint8)


@lru_cache(maxsize=1)
def _text() -> bytes:
    folder = resources.files("sklearn.datasets.descr")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".rst")), key=lambda file: file.name)
    return b"\n".join(file.read_bytes() for file in files)
