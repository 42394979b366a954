"""Sequences of tokens: text as bytes, or files of numbers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data, no_data_at
from fractalgen.training.sources._base import Windows
from fractalgen.training.sources._images import Part, check_folder
from fractalgen.training.sources._windows import BYTES, TokenWindows, part_of, windows_of
from fractalgen.training.sources.digests import digest_of

_SUFFIXES = (".txt", ".bin")
_PARTS: dict[Part, tuple[str, ...]] = {"train": ("train",), "test": ("test", "val", "validation")}


class Tokens(TokenWindows):
    """Reads `train.txt` and `test.txt` (or `val.txt`), whose tokens are bytes, or the same names with `.bin`.

    A single file gives both parts: its last tenth is tested, which no setting can change. The files are mapped, never
    read as a whole.
    """

    layout: ClassVar[str] = "train.txt and test.txt (or val.txt), or the same names with .bin"

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._path = Path(data.path or "")

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether it is a text or token file, or a folder with one to train on."""
        if path.is_file():
            return path.suffix in _SUFFIXES
        # CIFAR-100 has a train.bin too.
        other = path.name == "cifar-100-binary" or (path / "fine_label_names.txt").exists()
        return not other and any((path / f"train{suffix}").is_file() for suffix in _SUFFIXES)

    def digest(self) -> str:
        """Return a hash of the files and of how they are read."""
        files = [self._path] if self._path.is_file() else [self._file("train"), self._file("test")]
        content = digest_of(files, files[0].parent)
        return hashlib.sha256(f"{content} {self._length} {self._dtype(files[0])}".encode()).hexdigest()

    def _windows(self, part: Part) -> Windows:
        file = self._file(part)
        tokens = _map(file, self._dtype(file))
        if self._path.is_file():
            tokens = part_of(tokens, part)
        windows = windows_of(tokens, self._length, f"{str(file)!r} has", part)
        return Windows(windows, BYTES if file.suffix == ".txt" else None)

    def _file(self, part: Part) -> Path:
        if self._path.is_file():
            return self._path
        if not self._path.exists():
            raise no_data_at(str(self._path))
        check_folder(self._path)
        for name in _PARTS[part]:
            for suffix in _SUFFIXES:
                if (found := self._path / f"{name}{suffix}").is_file():
                    return found
        raise TrainError(f"no {part}.txt in {str(self._path)!r}", f"The folder needs {self.layout}.")

    def _dtype(self, file: Path) -> str:
        if file.suffix == ".txt":
            if self.data.dtype == "uint16":
                raise TrainError(f"{str(file)!r} is text, whose tokens are bytes", "Take out `dtype`.")
            return "uint8"
        return self.data.dtype or "uint16"


def _map(file: Path, dtype: str) -> Tensor:
    """Return the tokens of a file as a mapped tensor; torch has few operations on uint16, so int16 holds its bits."""
    import numpy as np

    kind = np.dtype("<i2" if dtype == "uint16" else "u1")
    try:
        size = file.stat().st_size
        if size == 0 or size % kind.itemsize:
            raise TrainError(f"{str(file)!r} has {size:,} bytes, no whole number of {dtype} tokens", "Get it again.")
        # Copy on write, as torch wants arrays that can be written; nothing ever writes them.
        return torch.from_numpy(np.memmap(file, kind, mode="c"))
    except OSError as error:
        raise TrainError(f"{str(file)!r} cannot be read: {error.strerror or error}", "Check its permissions.") from None
