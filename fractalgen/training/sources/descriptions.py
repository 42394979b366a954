"""The descriptions of scikit-learn's data sets: 44 kB of English text, installed with it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

import torch
from torch import Tensor

from fractalgen.training.sources._base import Windows
from fractalgen.training.sources._images import Part
from fractalgen.training.sources._windows import BYTES, TEST_FRACTION, TokenWindows, part_of, windows_of


class Descriptions(TokenWindows):
    """Text whose tokens are bytes; its last tenth is tested, which no setting can change.

    The files stand in the order of their names. Another version of scikit-learn may have other texts, and has then
    another digest.
    """

    def digest(self) -> str:
        """Return a hash of the text and of how it is read."""
        return hashlib.sha256(_text() + f" {self._length} {TEST_FRACTION}".encode()).hexdigest()

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
