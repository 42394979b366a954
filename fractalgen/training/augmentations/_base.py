"""What an augmentation is."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Batch:
    """Training images on their way into the network.

    Attributes:
        images: `(batch, channels, height, width)`, each channel around 0.
        targets: `(batch,)`, the class; or `(batch, classes)`, shares that add up to 1, where the recipe mixes
            images; or `(batch, height, width)`, the class of each pixel.
        index: `(batch,)`, the places in the training set.
        epoch: From 1.
    """

    images: Tensor
    targets: Tensor
    index: Tensor
    epoch: int


@dataclass(frozen=True, eq=False)
class Draws:
    """What chance says about a batch.

    All of it comes from a generator on the CPU, whatever the device, and covers the batch of all processes.

    Attributes:
        generator: Of one augmentation in one step.
        count: Images of the batch, over all processes.
        rows: Those that this process has.
        device: Where the images are.
    """

    generator: torch.Generator
    count: int
    rows: slice
    device: torch.device

    def uniform(self) -> Tensor:
        """Return a number from 0 to 1 for each image."""
        return self._own(torch.rand(self.count, generator=self.generator))

    def integers(self, below: int) -> Tensor:
        """Return a whole number from 0 to `below`, which is left out, for each image."""
        return self._own(torch.randint(below, (self.count,), generator=self.generator))

    def partners(self) -> Tensor:
        """Return another order of the images, `(count,)`."""
        return torch.randperm(self.count, generator=self.generator).to(self.device)

    def number(self) -> float:
        """Return one number from 0 to 1 for the whole batch."""
        return float(torch.rand((), generator=self.generator, dtype=torch.float64))

    def beta(self, alpha: float) -> float:
        """Return one number from Beta(alpha, alpha) for the whole batch."""
        import numpy as np

        seed = int(torch.randint(2**31, (), generator=self.generator))
        # The stream of RandomState is fixed for good.
        return float(np.random.RandomState(seed).beta(alpha, alpha))

    def _own(self, drawn: Tensor) -> Tensor:
        return drawn[self.rows].to(self.device)


class Augmentation(ABC):
    """Changes a batch of training images, and their targets where it mixes images.

    It is made from its options, and called once a step. What it draws is independent of all other augmentations.
    """

    mixes: ClassVar[bool] = False
    """Whether it mixes images: then it is given all images of a step, and targets as shares."""

    moves: ClassVar[bool] = False
    """Whether it moves pixels, so that a mask has to move with its image."""

    def check(self, shape: tuple[int, ...]) -> None:
        """Check that it can change images of `shape`.

        Raises:
            TrainError: it cannot.
        """
        del shape

    @abstractmethod
    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the changed batch; the argument stays as it is."""


BuildAugmentation = Callable[[Any], Augmentation]
"""Makes an augmentation from its options."""


def seed_of(*words: object) -> int:
    """Return a seed that depends on all of `words` and is unrelated to that of any others."""
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:8], "big") >> 1
