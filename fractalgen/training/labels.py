"""What labels must be for a network to learn them and for a split to keep every class on both sides."""

from __future__ import annotations

from torch import Tensor

from fractalgen.errors import TrainError


def count_classes(labels: Tensor, declared: int | None) -> int:
    """Return the number of classes.

    Args:
        labels: `(count,)`, of the training set.
        declared: How many there must be; None to count them.

    Raises:
        TrainError: a label is out of range, or a class has fewer than two images.
    """
    import numpy as np

    found, counts = np.unique(labels.numpy(), return_counts=True)
    lowest, highest = int(found[0]), int(found[-1])
    if lowest < 0:
        raise TrainError(f"the training set has a label {lowest}", "Labels are numbers from 0.")
    if declared is not None and highest >= declared:
        raise TrainError(
            f"the training set has a label {highest}, but {declared} classes end at {declared - 1}",
            "Set `classes` in the data, or number the labels from 0.",
        )
    classes = declared if declared is not None else highest + 1
    if classes < 2:
        raise TrainError("the training set has one class", "Telling classes apart needs at least two.")
    if len(found) < classes:
        known = set(found.tolist())
        first = next(label for label in range(classes) if label not in known)
        raise TrainError(
            f"class {first} of {classes} has no training images", "Number the labels from 0 without a gap."
        )
    if int(counts.min()) < 2:
        raise TrainError(
            f"class {int(found[counts.argmin()])} has a single training image",
            "It needs one to train on and one to validate on.",
        )
    return classes


def count_pixel_classes(masks: Tensor, declared: int | None) -> int:
    """Return the number of classes of pixels.

    Args:
        masks: `(count, height, width)`, of the training set.
        declared: How many there are; None to count them.

    Raises:
        TrainError: there is one, or a pixel is of none of them.
    """
    highest = int(masks.max())
    if declared is not None and highest >= declared:
        raise TrainError(
            f"the masks have a class {highest}, but {declared} classes end at {declared - 1}",
            "Set `classes` in the data.",
        )
    classes = declared if declared is not None else highest + 1
    if classes < 2:
        raise TrainError("the masks have one class", "Telling pixels apart needs at least two.")
    return classes


def check_test_labels(labels: Tensor, classes: int) -> None:
    """Check that the test set has no class of its own.

    Raises:
        TrainError: it has.
    """
    lowest = int(labels.min())
    if lowest < 0:
        raise TrainError(f"the test images have a label {lowest}", "Labels are numbers from 0.")
    check_highest(int(labels.max()), classes)


def check_highest(highest: int, classes: int) -> None:
    """Check that the highest label of the test set is one of `classes`.

    Raises:
        TrainError: it is not.
    """
    if highest >= classes:
        raise TrainError(f"the test images have a label {highest}, the training images end at {classes - 1}")
