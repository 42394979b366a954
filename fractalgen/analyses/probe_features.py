"""What a linear probe sees of a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from fractalgen.analyses.interventions import values_at
from fractalgen.analyses.points import Point
from fractalgen.analyses.subject import Part, Subject
from fractalgen.errors import TrainError

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

How = Literal["pooled", "flattened"]

MOST_NUMBERS = 2**28
"""Features of all points and samples together: 1 GiB."""


def features_of(value: Tensor, point: Point, how: How) -> Tensor:
    """Return the features of each sample, `(batch, features)`.

    Args:
        value: `(batch, *shape)`.
        point: Where it was read.
        how: `pooled` is the mean over all places, a number a channel (and stream); `flattened` is every number.
    """
    if how == "flattened":
        return value.flatten(1)
    rank = len(point.type.stream.shape)
    axes = {3: (-2, -1), 2: (-2,)}.get(rank)
    return (value if axes is None else value.mean(axes)).flatten(1)


def collect(subject: Subject, points: Sequence[Point], part: Part, samples: int, how: How) -> tuple[list[Array], Array]:
    """Return the features at each point, `(targets, features)`, and the targets, `(targets,)`.

    Of a sequence with a target at each place, the features of a place are its channels, whatever `how` says.

    Raises:
        TrainError: they would not fit into memory, or a value has no features for each target.
    """
    _check(subject, points, samples, how)
    found: list[list[Tensor]] = [[] for _ in points]
    labels = []
    for values, targets in values_at(subject, points, part, samples):
        labels.append(targets.flatten().cpu())
        for kept, value, point in zip(found, values, points, strict=True):
            seen = value.flatten(0, -2) if targets.ndim > 1 else features_of(value, point, how)
            kept.append(seen.float().cpu())
    return [torch.cat(each).numpy() for each in found], torch.cat(labels).numpy()


def size_of(subject: Subject, point: Point, how: How) -> int:
    """Return how many features a probe gets at a point."""
    if subject.dataset.train.positions or how == "pooled":
        return point.type.channels * (point.type.streams or 1)
    return point.type.elements


def _check(subject: Subject, points: Sequence[Point], samples: int, how: How) -> None:
    train = subject.dataset.train
    for point in points:
        if train.positions and point.type.shape[:-1] != train.positions:
            raise TrainError(
                f"{point.name!r} is {point.type}, and the data have a target at each of {train.positions[0]} places",
                "Name values of one vector a place.",
            )
    targets = min(samples, len(train)) * (train.positions[0] if train.positions else 1)
    numbers = targets * sum(size_of(subject, point, how) for point in points)
    if numbers > MOST_NUMBERS:
        raise TrainError(
            f"{numbers:,} features of {len(points)} points are too many, the limit is {MOST_NUMBERS:,}",
            "Give fewer points, fewer samples, or features=pooled.",
        )
