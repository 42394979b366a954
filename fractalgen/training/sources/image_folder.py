"""Folders with a folder of images for each class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fractalgen.errors import TrainError
from fractalgen.training.sources._base import Glance
from fractalgen.training.sources._images import ImageFiles, Part, check_folder
from fractalgen.training.sources.digests import digest_of, unreadable
from fractalgen.training.sources.encoded import Encoded, decode_all, shape_of

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
_TEST_NAMES = ("test", "val", "valid", "validation")


class ImageFolder(ImageFiles):
    """Reads `train/CLASS/*.png` and `test/CLASS/*.png`, or `val/`; classes are numbered in the order of their names."""

    layout: ClassVar[str] = "train/CLASS/ and test/CLASS/ (or val/CLASS/) with images in them"

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether there is a folder `train` with folders in it."""
        train = path / "train"
        return train.is_dir() and any(child.is_dir() for child in train.iterdir())

    @cached_property
    def _names(self) -> list[str]:
        """The classes, which are those of the training images."""
        found = _folders(self._part("train"))
        if not found:
            raise self._missing("train/CLASS")
        return found

    def _part(self, part: Part) -> Path:
        self._check_folder()
        names = ("train",) if part == "train" else _TEST_NAMES
        for name in names:
            if (self._folder / name).is_dir():
                check_folder(self._folder / name)
                return self._folder / name
        raise self._missing(f"{names[0]}/")

    def _files(self, part: Part) -> list[Path]:
        root = self._part(part)
        for name in _folders(root):
            if name not in self._names:
                raise TrainError(f"{str(root / name)!r} is a class without training images", "Add it to train/ too.")
        found = []
        for name in self._names:
            images = _images(root / name) if (root / name).is_dir() else []
            if not images and part == "train":
                raise TrainError(f"no images in {str(root / name)!r}", "Remove the folder, or put images in it.")
            found += images
        if not found:
            raise TrainError(f"no images in {str(root)!r}", f"The folder needs {self.layout}.")
        return found

    def _content(self, part: Part) -> str:
        # The number of a class depends on the names of all.
        return f"{digest_of(self._files(part), self._part(part))} {self._names}"

    def _decode(self, part: Part) -> Iterator[Chunk]:
        files = self._files(part)
        root = self._part(part)
        number = {name: index for index, name in enumerate(self._names)}

        def read() -> Iterator[Encoded]:
            for file in files:
                yield Encoded(_bytes(file), number[file.relative_to(root).parts[0]], repr(str(file)))

        yield from decode_all(read, self.data.size)

    def class_names(self) -> Sequence[str]:
        """Return the names of the folders."""
        return self._names

    def glance(self) -> Glance:
        """List the test images and decode the first one."""
        first = self._files("test")[0]
        return Glance(shape_of(Encoded(_bytes(first), 0, repr(str(first))), self.data.size))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from None


def _folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def _images(folder: Path) -> list[Path]:
    """Return the images in a folder and those inside it, in an order that no file system can change."""
    check_folder(folder)
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not path.name.startswith("."))
