"""CIFAR as Alex Krizhevsky published it: the Python version (pickles) and the binary version."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from fractalgen.errors import TrainError
from fractalgen.training.sources._base import Glance
from fractalgen.training.sources._images import ImageFiles, Part
from fractalgen.training.sources.digests import unreadable
from fractalgen.training.sources.pickled import check_end, read_pickle

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

_SHAPE = (3, 32, 32)
_PIXELS = math.prod(_SHAPE)
_MOST_CLASSES = 2**31


class Cifar(ImageFiles):
    """Batches of 32x32 colour images, in the folder itself or in the one that their archive makes in it."""

    archives: ClassVar[tuple[str, str]]
    """Folders that the archives of the Python and the binary version unpack to."""
    parts: ClassVar[dict[Part, tuple[str, ...]]]
    """Names of the batches in the Python version."""
    binary: ClassVar[dict[Part, tuple[str, ...]]]
    """Names of the batches in the binary version."""
    labels: ClassVar[str]
    """Key of the labels in the Python version."""
    label_bytes: ClassVar[int]
    """Bytes before the pixels of an image in the binary version; the last of them is the label."""

    @classmethod
    @abstractmethod
    def _is_marked(cls, folder: Path) -> bool:
        """Whether the names of the files are those of this data set and no other."""

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether training batches of either version are there."""
        return any(cls._holds(folder) for folder in cls._folders(path))

    @classmethod
    def _folders(cls, path: Path) -> list[Path]:
        return [path, *(path / name for name in cls.archives)]

    @classmethod
    def _holds(cls, folder: Path) -> bool:
        first = (cls.parts["train"][0], cls.binary["train"][0])
        return (folder.name in cls.archives or cls._is_marked(folder)) and any((folder / n).is_file() for n in first)

    def _files(self, part: Part) -> list[Path]:
        self._check_folder()
        for folder in self._folders(self._folder):
            for names in (self.parts, self.binary):
                if any((folder / name).is_file() for each in names.values() for name in each):
                    return self._all(folder, names[part])
        raise self._missing(self.parts[part][0])

    def _all(self, folder: Path, names: tuple[str, ...]) -> list[Path]:
        for name in names:
            if not (folder / name).is_file():
                raise TrainError(f"no {name} in {str(folder)!r}", "Unpack the archive again.")
        return [folder / name for name in names]

    def _decode(self, part: Part) -> Iterator[Chunk]:
        for file in self._files(part):
            yield self._binary(file) if file.suffix == ".bin" else self._pickled(file)

    def glance(self) -> Glance:
        """Look whether the test batch is whole."""
        for file in self._files("test"):
            if file.suffix == ".bin":
                self._check_size(file, _size(file))
            else:
                check_end(file)
        return Glance(_SHAPE)

    def _check_size(self, file: Path, size: int) -> None:
        record = self.label_bytes + _PIXELS
        if size == 0 or size % record:
            raise TrainError(
                f"{str(file)!r} is cut off: {size:,} bytes are no whole number of images of {record:,} bytes",
                "Get it again.",
            )

    def _binary(self, file: Path) -> Chunk:
        import numpy as np

        self._check_size(file, _size(file))
        try:
            content = np.fromfile(file, dtype=np.uint8)
        except OSError as error:
            raise unreadable(file, error) from None
        records = content.reshape(-1, self.label_bytes + _PIXELS)
        labels = records[:, self.label_bytes - 1].astype(np.int64)
        return records[:, self.label_bytes :].reshape(-1, *_SHAPE), labels

    def _pickled(self, file: Path) -> Chunk:
        import numpy as np

        found = read_pickle(file)
        pixels, labels = _field(found, "data"), _field(found, self.labels)
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape[1:] != (_PIXELS,):
            raise TrainError(f"{str(file)!r} holds no `data` of {_PIXELS:,} bytes an image", "Get it again.")
        if not isinstance(labels, list | np.ndarray) or len(labels) != len(pixels) or len(labels) == 0:
            raise TrainError(f"{str(file)!r} holds no `{self.labels}` with one label an image", "Get it again.")
        if not all(isinstance(label, int | np.integer) and abs(int(label)) < _MOST_CLASSES for label in labels):
            raise TrainError(f"{str(file)!r} holds `{self.labels}` that are no whole numbers", "Get it again.")
        return pixels.reshape(-1, *_SHAPE), np.asarray(labels, dtype=np.int64)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise unreadable(file, error) from None


def _field(found: Any, name: str) -> Any:
    """Return a value of a mapping whose keys are bytes when Python 2 wrote it."""
    return found.get(name.encode(), found.get(name)) if isinstance(found, dict) else None


def names_of(found: Any, key: str) -> tuple[str, ...] | None:
    """Return a list of names in the Python version; None where there is none."""
    names = _field(found, key)
    if not isinstance(names, list) or not all(isinstance(name, str | bytes) for name in names):
        return None
    return tuple(name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in names)
