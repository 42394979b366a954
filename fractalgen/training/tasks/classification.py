"""A class for each input, or for each place of a sequence."""

from __future__ import annotations

import torch
from torch import Tensor

from fractalgen.errors import TrainError
from fractalgen.spec.train import Train
from fractalgen.training.loss import cross_entropy
from fractalgen.training.outputs import Outputs
from fractalgen.training.samples import Masks, Samples
from fractalgen.training.score import Accuracy
from fractalgen.training.tasks._base import Measure, Task


class Classification(Task):
    """Cross-entropy of one label an input, or of one at each place of a sequence."""

    def __init__(self, recipe: Train | None = None) -> None:
        super().__init__(recipe or Train())

    def check(self, outputs: Outputs, samples: Samples, classes: int) -> None:
        """Check for one output with a number for each class."""
        if isinstance(samples, Masks):
            raise TrainError(
                "the data have a mask for each image, and the task is classification",
                "Write `task: segmentation` in `train:`, or take other data.",
            )
        hint = f"End the network with `linear: {{out: {classes}}}`, or take other data."
        logits = outputs[0]
        if len(outputs) > 1 or logits.shape[1:-1] != samples.positions or logits.ndim < 2:
            found = "several outputs" if len(outputs) > 1 else "x".join(map(str, logits.shape[1:]))
            wanted = "for each class at each place" if samples.positions else "for each class"
            raise TrainError(f"the network gives {found} for an image, not one number {wanted}", hint)
        if logits.shape[-1] != classes:
            raise TrainError(f"the network tells {logits.shape[-1]} classes apart, the data have {classes}", hint)

    def loss(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross-entropy, with the recipe's label smoothing."""
        del inputs
        return cross_entropy(outputs[0], targets, self.recipe.label_smoothing)

    def measure(self, samples: Samples) -> Measure:
        """Return what counts right answers."""
        return _Right(samples.device)


class _Right(Measure):
    """Counts right answers and adds up cross-entropies; of a sequence, every token counts."""

    def __init__(self, device: torch.device) -> None:
        self._right = torch.zeros((), dtype=torch.int64, device=device)
        self._loss = torch.zeros((), dtype=torch.float64, device=device)
        self._targets = 0

    def add(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> None:
        del inputs
        (logits,) = outputs
        self._right = self._right.to(logits.device) + (logits.argmax(-1) == targets).sum()
        self._loss = self._loss.to(logits.device) + cross_entropy(logits, targets, reduction="sum")
        self._targets += targets.numel()

    def result(self) -> Accuracy:
        return Accuracy(int(self._right) / self._targets, float(self._loss) / self._targets)
