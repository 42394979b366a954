"""CIFAR-10 in its original files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from fractalgen.training.sources._cifar import Cifar
from fractalgen.training.sources._images import Part

_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class Cifar10(Cifar):
    """50,000 training and 10,000 test images of ten classes (Krizhevsky, 2009)."""

    layout: ClassVar[str] = "data_batch_1 to 5 and test_batch, as they are or with .bin"
    classes: ClassVar[int | None] = 10
    archives: ClassVar[tuple[str, str]] = ("cifar-10-batches-py", "cifar-10-batches-bin")
    parts: ClassVar[dict[Part, tuple[str, ...]]] = {
        "train": tuple(f"data_batch_{number}" for number in range(1, 6)),
        "test": ("test_batch",),
    }
    binary: ClassVar[dict[Part, tuple[str, ...]]] = {
        "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
        "test": ("test_batch.bin",),
    }
    labels: ClassVar[str] = "labels"
    label_bytes: ClassVar[int] = 1

    @classmethod
    def _is_marked(cls, folder: Path) -> bool:
        del folder
        return True

    def class_names(self) -> Sequence[str]:
        """Return the ten names, which no file of the binary version needs to hold."""
        return _NAMES
