"""CIFAR-100 in its original files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from fractalgen.training.sources._cifar import Cifar, names_of
from fractalgen.training.sources._images import Part
from fractalgen.training.sources.pickled import read_pickle


class Cifar100(Cifar):
    """50,000 training and 10,000 test images of a hundred classes (Krizhevsky, 2009); the fine labels."""

    layout: ClassVar[str] = "train, test and meta, or train.bin, test.bin and fine_label_names.txt"
    classes: ClassVar[int | None] = 100
    archives: ClassVar[tuple[str, str]] = ("cifar-100-python", "cifar-100-binary")
    parts: ClassVar[dict[Part, tuple[str, ...]]] = {"train": ("train",), "test": ("test",)}
    binary: ClassVar[dict[Part, tuple[str, ...]]] = {"train": ("train.bin",), "test": ("test.bin",)}
    labels: ClassVar[str] = "fine_labels"
    label_bytes: ClassVar[int] = 2

    @classmethod
    def _is_marked(cls, folder: Path) -> bool:
        return (folder / "meta").is_file() or (folder / "fine_label_names.txt").is_file()

    def class_names(self) -> Sequence[str] | None:
        """Return the fine names of `meta` or `fine_label_names.txt`; None where neither is there."""
        for folder in self._folders(self._folder):
            if (folder / "meta").is_file():
                return names_of(read_pickle(folder / "meta"), "fine_label_names")
            if (folder / "fine_label_names.txt").is_file():
                return (folder / "fine_label_names.txt").read_text(encoding="utf-8", errors="replace").split()
        return None
