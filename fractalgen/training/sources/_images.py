"""Sources whose images are decoded once and kept."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data, no_data_at
from fractalgen.training.sources._base import Labelled, Source
from fractalgen.training.sources.decoded import decoded
from fractalgen.training.sources.digests import digest_of, unreadable

if TYPE_CHECKING:
    from fractalgen.training.sources.decoded import Chunk

Part = Literal["train", "test"]

_ARCHIVES = (".gz", ".tgz", ".zip", ".tar")


class DecodedImages(Source):
    """Images that are stored in another way than they are used."""

    def digest(self) -> str:
        """Return a hash of the content and of what is made of it; the test images stay encoded."""
        return hashlib.sha256(f"{self._keys['train']} {self._keys['test']}".encode()).hexdigest()

    def train(self) -> Labelled:
        """Return the training images."""
        return decoded(self._keys["train"], lambda: self._decode("train"))

    def test(self) -> Labelled:
        """Return the test images."""
        return decoded(self._keys["test"], lambda: self._decode("test"))

    @cached_property
    def _keys(self) -> dict[Part, str]:
        parts: tuple[Part, ...] = ("train", "test")
        return {part: hashlib.sha256(f"{self._content(part)} {self._options()}".encode()).hexdigest() for part in parts}

    def _options(self) -> str:
        """Return what else decides how images and labels come out."""
        options = ("size", "image_column", "label_column")
        return f"{type(self).__name__} {[getattr(self.data, name) for name in options]}"

    @abstractmethod
    def _content(self, part: Part) -> str:
        """Return a hash of the encoded images and their labels."""

    @abstractmethod
    def _decode(self, part: Part) -> Iterator[Chunk]:
        """Decode all images, at least one."""


class ImageFiles(DecodedImages):
    """Images in files of a folder."""

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._folder = Path(data.path or "")

    @abstractmethod
    def _files(self, part: Part) -> list[Path]:
        """Return the files of a part, at least one.

        Raises:
            TrainError: some are not there.
        """

    def _content(self, part: Part) -> str:
        files = self._files(part)
        return digest_of(files, files[0].parent)

    def _check_folder(self) -> None:
        check_folder(self._folder)

    def _missing(self, name: str) -> TrainError:
        packed = sorted(path.name for path in self._folder.iterdir() if path.suffix in _ARCHIVES)
        hint = f"Unpack {packed[0]}." if packed else f"The folder needs {self.layout}."
        return TrainError(f"no {name} in {str(self._folder)!r}", hint)


def check_folder(folder: Path) -> None:
    """Check that a folder of data can be listed.

    Raises:
        TrainError: it cannot.
    """
    try:
        next(folder.iterdir(), None)
    except FileNotFoundError:
        raise no_data_at(str(folder)) from None
    except NotADirectoryError:
        raise TrainError(f"{str(folder)!r} is a file", "Give the folder that it lies in.") from None
    except OSError as error:
        raise unreadable(folder, error) from None
