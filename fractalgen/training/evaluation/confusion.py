"""What is taken for what."""

from __future__ import annotations

import torch

from fractalgen.training.evaluation.predictions import Predictions

MOST_CLASSES = 200
"""Of more classes nobody reads a matrix, and the tokens of a text would need gigabytes."""

Confusion = tuple[tuple[int, ...], ...]
"""A row for each class, with how many of its samples were taken for which class."""


def confusion(found: Predictions, classes: int) -> Confusion | None:
    """Return the confusion matrix, or None for more than `MOST_CLASSES`."""
    if classes > MOST_CLASSES:
        return None
    counts = torch.bincount(found.labels * classes + found.predicted, minlength=classes**2)
    return tuple(tuple(row) for row in counts.view(classes, classes).tolist())
