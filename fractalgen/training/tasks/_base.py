"""What a task is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor

from fractalgen.spec.train import Train
from fractalgen.training.outputs import Outputs
from fractalgen.training.samples import Samples
from fractalgen.training.score import Accuracy


class Measure(ABC):
    """Adds up what a network says of a set of samples, batch by batch."""

    @abstractmethod
    def add(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> None:
        """Take in what the network returned for a batch."""

    @abstractmethod
    def result(self) -> Accuracy:
        """Return the figures of everything so far."""


class Task(ABC):
    """What a network is trained for: which outputs it must have, what its loss is, what is measured.

    `check` is called once, before anything is trained; `loss` in every step; `measure` for every evaluation.

    Args:
        recipe: Whose task it is.
    """

    def __init__(self, recipe: Train) -> None:
        self.recipe = recipe

    @property
    def options(self) -> Any:
        """The options that the recipe gives the task."""
        return self.recipe.task.options

    @abstractmethod
    def check(self, outputs: Outputs, samples: Samples, classes: int) -> None:
        """Check that a network and data fit the task.

        Args:
            outputs: What the network returns for one sample.
            samples: What it is trained on.
            classes: How many classes they have.

        Raises:
            TrainError: they do not; says what to change.
        """

    @abstractmethod
    def loss(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a batch, the mean over its samples."""

    @abstractmethod
    def measure(self, samples: Samples) -> Measure:
        """Return what measures a network on `samples`."""
