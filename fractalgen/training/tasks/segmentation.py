"""A class for each pixel, with further heads at lower resolutions (Zhang et al., Flemme, arXiv 2408.09369)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fractalgen.errors import TrainError
from fractalgen.training.outputs import Outputs
from fractalgen.training.samples import Masks, Samples
from fractalgen.training.score import Accuracy
from fractalgen.training.tasks._base import Measure, Task

_HINT = "End the network with `conv: {{out: {classes}, kernel: 1, bias: true}}` at the size of its input."


class Segmentation(Task):
    """Cross-entropy and the Dice loss of every head, `(batch, classes, height, width)`.

    The first output has the size of the masks. The others, at exactly 1 / 2^j of it, are compared with the masks
    resized to their size by nearest neighbours, and the loss is the first one's plus the mean of theirs, the pyramid
    loss.
    """

    def check(self, outputs: Outputs, samples: Samples, classes: int) -> None:
        """Check for scores of all classes at the masks' size, and for heads at a half, a quarter, ... of it."""
        if not isinstance(samples, Masks):
            raise TrainError(
                "segmentation needs a mask for each image, and the data have labels",
                "Take data with masks, such as coins, or the task classification.",
            )
        wanted, hint = samples.positions, _HINT.format(classes=classes)
        for number, scores in enumerate(outputs, 1):
            if scores.ndim != 4:
                found = "x".join(map(str, scores.shape[1:]))
                raise TrainError(f"output {number} is {found}, which are no scores of each class at each pixel", hint)
            if scores.shape[1] != classes:
                raise TrainError(
                    f"output {number} tells {scores.shape[1]} classes apart, the masks have {classes}", hint
                )
        if outputs[0].shape[2:] != wanted:
            raise TrainError(f"the network gives {_size(outputs[0])} for an image, the masks are {_name(wanted)}", hint)
        for number, scores in enumerate(outputs[1:], 2):
            if not _halves(wanted, tuple(scores.shape[2:])):
                raise TrainError(
                    f"output {number} is {_size(scores)}, no half, quarter or further halving of masks of "
                    f"{_name(wanted)}",
                    "A head needs exactly the size of the masks divided by 2, 4, 8, ...",
                )

    def loss(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of the first output plus the mean of those of the others."""
        del inputs
        loss = self._of_level(outputs[0], targets)
        if len(outputs) == 1:
            return loss
        return loss + torch.stack([self._of_level(head, _resized(targets, head)) for head in outputs[1:]]).mean()

    def measure(self, samples: Samples) -> Measure:
        """Return what measures Dice coefficients of the first output."""
        del samples
        return _Overlaps(self)

    def _of_level(self, scores: Tensor, masks: Tensor) -> Tensor:
        entropy = F.cross_entropy(scores, masks, label_smoothing=self.recipe.label_smoothing)
        return entropy if self.options.dice == 0 else entropy + self.options.dice * dice_loss(scores, masks)


def dice_loss(scores: Tensor, masks: Tensor) -> Tensor:
    """Return 1 - the mean over classes, but the first, of (2 sum p t + 1) / (sum p + sum t + 1) (arXiv 1606.04797).

    Args:
        scores: `(batch, classes, height, width)`; p is their softmax.
        masks: `(batch, height, width)`, the class of each pixel; t is 1 there.
    """
    share = scores.softmax(1)[:, 1:]
    truth = F.one_hot(masks, scores.shape[1]).movedim(-1, 1)[:, 1:].to(share.dtype)
    both, each = (share * truth).sum((0, 2, 3)), (share + truth).sum((0, 2, 3))
    return 1 - ((2 * both + 1) / (each + 1)).mean()


class _Overlaps(Measure):
    """Counts pixels of each class; Dice is 2 |A and B| / (|A| + |B|) over all images, a mean over the classes but 0."""

    def __init__(self, task: Segmentation) -> None:
        self._task = task
        self._both: list[Tensor] = []
        self._each: list[Tensor] = []
        self._losses: list[Tensor] = []
        self._right, self._pixels, self._images = 0, 0, 0

    def add(self, outputs: Outputs, inputs: Tensor, targets: Tensor) -> None:
        classes = outputs[0].shape[1]
        chosen = outputs[0].argmax(1)
        found, truth = (F.one_hot(each, classes).flatten(0, 2)[:, 1:] for each in (chosen, targets))
        self._both.append((found * truth).sum(0))
        self._each.append((found + truth).sum(0))
        self._losses.append(self._task.loss(outputs, inputs, targets).double() * len(inputs))
        self._right += int((chosen == targets).sum())
        self._pixels += targets.numel()
        self._images += len(inputs)

    def result(self) -> Accuracy:
        both, each = (torch.stack(counts).sum(0).double() for counts in (self._both, self._each))
        # A class that is nowhere, and found nowhere, is found as it should be.
        dice = torch.where(each > 0, 2 * both / each.clamp(min=1), 1.0).mean()
        loss = float(torch.stack(self._losses).sum()) / self._images
        return Accuracy(self._right / self._pixels, loss, {"dice": float(dice)})


def _resized(masks: Tensor, head: Tensor) -> Tensor:
    resized = F.interpolate(masks[:, None].float(), size=tuple(head.shape[2:]), mode="nearest")
    return resized[:, 0].to(masks.dtype)


def _halves(whole: tuple[int, ...], part: tuple[int, ...]) -> bool:
    """Whether both sides of `part` are those of `whole` divided by one power of two, at least 2."""
    factor = whole[0] // part[0]
    return factor >= 2 and factor & (factor - 1) == 0 and tuple(factor * side for side in part) == whole


def _size(scores: Tensor) -> str:
    return _name(tuple(scores.shape[2:]))


def _name(sides: tuple[int, ...]) -> str:
    return "x".join(map(str, sides))
