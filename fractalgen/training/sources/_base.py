"""What a source of images is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from torch import Tensor

from fractalgen.spec.data import Data


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images as they are stored.

    Attributes:
        images: `(count, channels, height, width)`, uint8.
        labels: `(count,)`, int64, from 0.
    """

    images: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Glance:
    """What a source knows of test images without reading them all.

    Attributes:
        shape: Channels, height and width of the first.
        highest: The highest label, where the files state it beside the labels.
    """

    shape: tuple[int, int, int]
    highest: int | None


class Source(ABC):
    """Reads images; made from the `Data` of a spec, which says where they are.

    `digest`, `train` and `glance` are called when data are loaded. `test` is called by the final evaluation alone, so
    that nothing else can have seen what it returns.
    """

    def __init__(self, data: Data) -> None:
        self.data = data

    @abstractmethod
    def digest(self) -> str:
        """Return a hash of the content.

        Raises:
            TrainError: the data are not there or cannot be read.
        """

    @abstractmethod
    def train(self) -> Labelled:
        """Return the images that may be trained and validated on.

        Raises:
            TrainError: they cannot be read, or are no labelled images of one size.
        """

    def glance(self) -> Glance | None:
        """Look at the test images, so that a run whose end cannot be evaluated does not start; no label is read.

        Returns None where they cannot be other than the training images.

        Raises:
            TrainError: they are not there, or cannot be read.
        """
        return None

    @abstractmethod
    def test(self) -> Labelled:
        """Return the images that are evaluated on at the very end.

        Raises:
            TrainError: as for `train`.
        """
