"""What a source of data is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from torch import Tensor

from fractalgen.spec.data import Data


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images as they are stored; both tensors may be mapped from a file.

    Attributes:
        images: `(count, channels, height, width)`, uint8.
        labels: `(count,)`, int64, from 0.
    """

    images: Tensor
    labels: Tensor


@dataclass(frozen=True, eq=False)
class Masked:
    """Images with a class for each pixel, as they are stored; neighbours in a picture are neighbours in the order.

    Attributes:
        images: `(count, channels, height, width)`, uint8.
        masks: `(count, height, width)`, uint8, from 0.
    """

    images: Tensor
    masks: Tensor


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of a sequence of tokens as it is stored; each begins with the last token of the one before.

    Attributes:
        tokens: `(count, length + 1)`, uint8 or int16, whose bits are those of a token below 65,536.
        vocabulary: How many tokens there are; None when the source does not know.
    """

    tokens: Tensor
    vocabulary: int | None


@dataclass(frozen=True)
class Glance:
    """What a source knows of its test set without reading all of it.

    Attributes:
        shape: Sizes of the first input.
        highest: The highest label, where the files state it beside the labels.
    """

    shape: tuple[int, ...]
    highest: int | None = None


class Source(ABC):
    """Reads data; made from the `Data` of a spec, which says where they are.

    `digest`, `train` and `glance` are called when data are loaded. `test` is called by the final evaluation alone, so
    that nothing else can have seen what it returns.
    """

    layout: ClassVar[str] = ""
    """The files that mark a folder as one of this source, for messages; empty for a source without a folder."""

    classes: ClassVar[int | None] = None
    """How many classes there are, where the source knows without looking."""

    def __init__(self, data: Data) -> None:
        self.data = data

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether `path` holds what this source reads, judged by the names of its files."""
        del path
        return False

    @abstractmethod
    def digest(self) -> str:
        """Return a hash of the content, test set included.

        Raises:
            TrainError: the data are not there or cannot be read.
        """

    @abstractmethod
    def train(self) -> Labelled | Masked | Windows:
        """Return what may be trained and validated on.

        Raises:
            TrainError: it cannot be read, or is no data of one size.
        """

    def class_names(self) -> Sequence[str] | None:
        """Return what the classes are called, in their order; None where the data do not say."""
        return None

    def glance(self) -> Glance | None:
        """Look at the test set, so that a run whose end cannot be evaluated does not start; no label is read.

        Returns None where it cannot be other than the training set.

        Raises:
            TrainError: it is not there, or cannot be read.
        """
        return None

    @abstractmethod
    def test(self) -> Labelled | Masked | Windows:
        """Return what is evaluated on at the very end, of the same kind as `train` returns.

        Raises:
            TrainError: as for `train`.
        """
