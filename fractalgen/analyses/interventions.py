"""Values inside a network: read at points, and changed at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from fractalgen.analyses.points import Point
from fractalgen.analyses.subject import Part, Subject
from fractalgen.errors import CompileError
from fractalgen.training.modes import device_of
from fractalgen.training.outputs import Outputs, outputs_of
from fractalgen.training.score import Accuracy
from fractalgen.training.tasks import task_of

Change = Callable[[Tensor], Tensor]
"""Takes the value at a point, `(batch, *shape)`, and returns another."""


def values_at(
    subject: Subject, points: Sequence[Point], part: Part, samples: int
) -> Iterator[tuple[tuple[Tensor, ...], Tensor]]:
    """Yield the values at some points, `(batch, *shape)` each, and the targets, a batch at a time."""
    section = subject.network.between(ends=[point.path for point in points])
    for inputs, targets in subject.batches(part, samples):
        with torch.no_grad():
            values = outputs_of(section(inputs))
        yield values, targets


def score_of(subject: Subject, samples: int) -> Accuracy:
    """Return loss and accuracy on validation samples, as the network's task measures them."""
    return _scored(subject, samples, subject.network)


def loss_with(subject: Subject, samples: int, point: Point, change: Change) -> float:
    """Return the loss on validation samples when the value at a point is changed.

    Everything else is computed from the inputs, so that ways around the point stay as they are.

    Raises:
        CompileError: the point is the input itself.
    """
    graph = subject.network.graph
    (source,) = (graph.nodes[index].path for index in graph.inputs)
    if point.path == source:
        raise CompileError("the input of the network cannot be changed", "Name a value behind it.")
    before, behind = subject.network.between(ends=[point.path]), subject.network.between([source, point.path])
    return _scored(subject, samples, lambda inputs: behind(inputs, change(before(inputs)))).loss


def _scored(subject: Subject, samples: int, answer: Callable[[Tensor], Tensor | Outputs]) -> Accuracy:
    measure = task_of(subject.spec.train).measure(subject.dataset.validation.to(device_of(subject.network)))
    for inputs, targets in subject.batches("validation", samples):
        with torch.no_grad():
            measure.add(outputs_of(answer(inputs)), inputs, targets)
    return measure.result()
