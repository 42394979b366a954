"""Street View House Numbers in their original files."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from fractalgen.errors import TrainError
from fractalgen.training.sources._base import Glance
from fractalgen.training.sources._images import ImageFiles, Part
from fractalgen.training.sources.digests import unreadable

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

_HEAD_BYTES = 128
_EXTRA = "extra_32x32.mat"
_DAMAGED = (ValueError, TypeError, KeyError, IndexError, EOFError, NotImplementedError, OverflowError, zlib.error)


class Svhn(ImageFiles):
    """Cropped digits (Netzer and others, 2011): 73,257 training and 26,032 test images, and 531,131 easier ones.

    The easier ones are trained on when their file is there, as in FractalNet (arXiv 1605.07648).
    """

    layout: ClassVar[str] = f"train_32x32.mat and test_32x32.mat; {_EXTRA} is read when it is there"
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

    def glance(self) -> Glance:
        """Read the head of the test file and look whether all of it is there."""
        (file,) = self._files("test")
        _check_whole(file)
        sizes = {name: shape for name, shape, _ in _readable(file, "whosmat")}
        if len(sizes.get("X", ())) != 4:
            raise TrainError(f"{str(file)!r} holds no images `X` of 32x32x3 bytes each", "Get it again.")
        height, width, channels, _ = sizes["X"]
        return Glance((channels, height, width))

    def _decode(self, part: Part) -> Iterator[Chunk]:
        for file in self._files(part):
            yield _read(file)


def _read(file: Path) -> Chunk:
    import numpy as np

    found = _readable(file, "loadmat", variable_names=["X", "y"])
    pixels, labels = found.get("X"), found.get("y")
    if pixels is None or pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[2] != 3 or not pixels.shape[3]:
        raise TrainError(f"{str(file)!r} holds no images `X` of 32x32x3 bytes each", "Get it again.")
    if labels is None or labels.dtype.kind not in "iu" or labels.size != pixels.shape[3]:
        raise TrainError(f"{str(file)!r} holds no labels `y`, one whole number an image", "Get it again.")
    # The digit 0 is written as 10.
    digits = np.where(labels.ravel() == 10, 0, labels.ravel().astype(np.int64))
    return np.ascontiguousarray(pixels.transpose(3, 2, 0, 1)), digits


def _check_whole(file: Path) -> None:
    """Check that a MATLAB 5 file is not cut off: its elements must fill it.

    Raises:
        TrainError: it is, or cannot be read.
    """
    try:
        with file.open("rb") as opened:
            size = file.stat().st_size
            end = _HEAD_BYTES
            while end < size:
                opened.seek(end)
                tag = opened.read(8)
                end += 8 + int.from_bytes(tag[4:], "little")
    except OSError as error:
        raise unreadable(file, error) from None
    if end != size:
        raise TrainError(f"{str(file)!r} is cut off", "Get it again.")


def _readable(file: Path, how: str, **options: Any) -> Any:
    """Return what a function of scipy.io reads from a file."""
    from scipy import io
    from scipy.io.matlab import MatReadError

    try:
        return getattr(io, how)(str(file), **options)
    except (MatReadError, OSError, *_DAMAGED) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(file, error) from None
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise TrainError(f"{str(file)!r} is no MATLAB file that can be read: {reason}", "Get it again.") from None
