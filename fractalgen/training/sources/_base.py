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


class Source(ABC):
    """Reads images; made from the `Data` of a spec, which says where they are.

    `digest` and `train` are called when data are loaded. `test` is called by the final evaluation alone, so that
    nothing else can have seen what it returns.
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

    @abstractmethod
    def test(self) -> Labelled:
        """Return the images that are evaluated on at the very end.

        Raises:
            TrainError: as for `train`.
        """
