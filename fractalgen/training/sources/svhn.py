"""Street View House Numbers in their original files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fractalgen.errors import TrainError
from fractalgen.training.sources._base import Glance
from fractalgen.training.sources._images import ImageFiles, Part
from fractalgen.training.sources.matlab import read_arrays, read_sizes

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

_EXTRA = "extra_32x32.mat"
_CHUNK = 10_000
_SIZES = (32, 32, 3, None)
"""Rows, columns, channels, images."""


class Svhn(ImageFiles):
    """Cropped digits (Netzer and others, 2011): 73,257 training and 26,032 test images, and 531,131 easier ones.

    The easier ones are trained on when their file is there, as in FractalNet (arXiv 1605.07648).
    """

    layout: ClassVar[str] = "train_32x32.mat and test_32x32.mat"
    classes: ClassVar[int | None] = 10

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether the training file is there."""
        return (path / "train_32x32.mat").is_file()

    def _files(self, part: Part) -> list[Path]:
        self._check_folder()
        files = [self._folder / f"{part}_32x32.mat"]
        if not files[0].is_file():
            raise self._missing(files[0].name)
        extra = self._folder / _EXTRA
        return [*files, extra] if part == "train" and extra.is_file() else files

    def class_names(self) -> Sequence[str]:
        """Return the ten digits."""
        return tuple("0123456789")

    def glance(self) -> Glance:
        """Read the sizes in the test file and look whether all of it is there."""
        (file,) = self._files("test")
        sizes = read_sizes(file).get("X", ())
        if len(sizes) != len(_SIZES):
            raise _no_images(file)
        height, width, channels, _ = sizes
        return Glance((channels, height, width))

    def _decode(self, part: Part) -> Iterator[Chunk]:
        for file in self._files(part):
            yield from _read(file)


def _read(file: Path) -> Iterator[Chunk]:
    import numpy as np

    found = read_arrays(file)
    pixels, labels = found.get("X"), found.get("y")
    if pixels is None or pixels.dtype != np.uint8 or pixels.shape[:-1] != _SIZES[:-1] or not pixels.shape[-1]:
        raise _no_images(file)
    if labels is None or labels.size != pixels.shape[-1] or labels.dtype.kind not in "iu":
        raise TrainError(f"{str(file)!r} holds no labels `y`, one whole number an image", "Get it again.")
    digits = labels.ravel().astype(np.int64)
    # The digit 0 is written as 10.
    digits[digits == 10] = 0
    for start in range(0, len(digits), _CHUNK):
        yield pixels[..., start : start + _CHUNK].transpose(3, 2, 0, 1), digits[start : start + _CHUNK]


def _no_images(file: Path) -> TrainError:
    return TrainError(f"{str(file)!r} holds no images `X` of 32x32x3 bytes each", "Get it again.")
