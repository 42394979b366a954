"""Accuracy and loss, of a whole network and of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from fractalgen.training.latency import latency
from fractalgen.training.modes import device_of, evaluating
from fractalgen.training.outputs import outputs_of
from fractalgen.training.samples import Samples
from fractalgen.training.score import Accuracy
from fractalgen.training.tasks import Classification, Task

BATCH = 500


@dataclass(frozen=True)
class ColumnScore:
    """One column alone, with the network's head.

    Attributes:
        index: From 1, the shallowest.
        accuracy: Share of the images that are right, 0 to 1.
        loss: Mean cross-entropy.
        latency_ms: Median milliseconds for one image.
    """

    index: int
    accuracy: float
    loss: float
    latency_ms: float


class HasColumns(Protocol):
    """A network whose columns can be run alone."""

    def columns(self) -> Sequence[nn.Module]:
        """Return the columns, the shallowest first; they share the network's weights."""
        ...


def evaluate(network: nn.Module, images: Samples, batch: int = BATCH, task: Task | None = None) -> Accuracy:
    """Return accuracy and loss on `images`, with nothing dropped and running batch-norm statistics.

    Of a sequence, every token counts. The task is classification when left out.
    """
    device = device_of(network)
    measure = (task or Classification()).measure(images)
    with evaluating(network), torch.inference_mode():
        for start in range(0, len(images), batch):
            inputs, targets = (tensor.to(device) for tensor in images.batch(slice(start, start + batch)))
            measure.add(outputs_of(network(inputs)), inputs, targets)
    return measure.result()


def evaluate_columns(
    network: HasColumns, images: Samples, batch: int = BATCH, task: Task | None = None
) -> tuple[ColumnScore, ...]:
    """Return accuracy, loss and latency of each column alone."""
    found = []
    for index, column in enumerate(network.columns(), 1):
        score = evaluate(column, images, batch, task)
        found.append(ColumnScore(index, score.accuracy, score.loss, latency(column, images.probe()).median_ms))
    return tuple(found)
