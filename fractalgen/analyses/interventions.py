"""Values inside a network: read at points, and changed at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from fractalgen.analyses.points import Point
from fractalgen.analyses.subject import Part, Subject
from fractalgen.errors import CompileError
from fractalgen.training.loss import cross_entropy

Change = Callable[[Tensor], Tensor]
"""Takes the value at a point, `(batch, *shape)`, and returns another."""


def values_at(
    subject: Subject, points: Sequence[Point], part: Part, samples: int
) -> Iterator[tuple[tuple[Tensor, ...], Tensor]]:
    """Yield the values at some points, `(batch, *shape)` each, and the targets, a batch at a time."""
    section = subject.network.between(ends=[point.path for point in points])
    for inputs, targets in subject.batches(part, samples):
        with torch.no_grad():
            values = section(inputs)
        yield values if isinstance(values, tuple) else (values,), targets


def loss_of(subject: Subject, samples: int) -> float:
    """Return the mean cross-entropy over validation samples."""
    return _mean_loss(subject, samples, subject.network)


def loss_with(subject: Subject, samples: int, point: Point, change: Change) -> float:
    """Return the mean cross-entropy when the value at a point is changed.

    Everything else is computed from the inputs, so that ways around the point stay as they are.

    Raises:
        CompileError: the point is the input itself.
    """
    graph = subject.network.graph
    (source,) = (graph.nodes[index].path for index in graph.inputs)
    if point.path == source:
        raise CompileError("the input of the network cannot be changed", "Name a value behind it.")
    before, behind = subject.network.between(ends=[point.path]), subject.network.between([source, point.path])
    return _mean_loss(subject, samples, lambda inputs: behind(inputs, change(before(inputs))))


def _mean_loss(subject: Subject, samples: int, answer: Change) -> float:
    total, count = 0.0, 0
    for inputs, targets in subject.batches("validation", samples):
        with torch.no_grad():
            total += float(cross_entropy(answer(inputs), targets, reduction="sum"))
        count += targets.numel()
    return total / count
