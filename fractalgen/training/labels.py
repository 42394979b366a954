"""What labels must be for a network to learn them and for a split to keep every class on both sides."""

from __future__ import annotations

from torch import Tensor

from fractalgen.errors import TrainError


def declared_number(written: int | None, known: int | None, what: str = "classes") -> int | None:
    """Return how many there must be: what is written, or what the source knows; None where neither says.

    Args:
        written: `classes` of the data.
        known: What the source knows without looking.
        what: Of what there are so many.

    Raises:
        TrainError: both say, and do not agree.
    """
    if written is not None and known is not None and written != known:
        raise TrainError(f"the data have {known} {what}, `classes` says {written}", "Take it out of the data.")
    return known if written is None else written


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
    classes = _count(highest, declared, "the training set has a label")
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
    classes = _count(int(masks.max()), declared, "the masks have a class")
    if classes < 2:
        raise TrainError("the masks have one class", "Telling pixels apart needs at least two.")
    return classes


def count_tokens(highest: int, declared: int | None) -> int:
    """Return the number of tokens.

    Args:
        highest: The highest token of the training set.
        declared: How many there are; None for as many as the highest needs.

    Raises:
        TrainError: there is one, or the highest is none of them.
    """
    tokens = _count(highest, declared, "the training set has a token", "tokens")
    if tokens < 2:
        raise TrainError("the training set has one token", "Telling tokens apart needs at least two.")
    return tokens


def _count(highest: int, declared: int | None, found: str, what: str = "classes") -> int:
    if declared is None:
        return highest + 1
    if highest >= declared:
        raise TrainError(
            f"{found} {highest}, but {declared} {what} end at {declared - 1}",
            "Set `classes` in the data, or number them from 0.",
        )
    return declared


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
