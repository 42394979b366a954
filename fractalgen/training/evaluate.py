"""Accuracy and loss, of a whole network and of its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from fractalgen.training.latency import latency
from fractalgen.training.loss import cross_entropy
from fractalgen.training.modes import device_of, evaluating
from fractalgen.training.samples import Samples

BATCH = 500


@dataclass(frozen=True)
class Accuracy:
    """How well a network classifies.

    Attributes:
        accuracy: Share of the images that are right, 0 to 1.
        loss: Mean cross-entropy.
    """

    accuracy: float
    loss: float


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


def evaluate(network: nn.Module, images: Samples, batch: int = BATCH) -> Accuracy:
    """Return accuracy and loss on `images`, with nothing dropped and running batch-norm statistics.

    Of a sequence, every token counts.
    """
    device = device_of(network)
    right = torch.zeros((), dtype=torch.int64, device=device)
    loss = torch.zeros((), dtype=torch.float64, device=device)
    with evaluating(network), torch.inference_mode():
        for start in range(0, len(images), batch):
            inputs, labels = (tensor.to(device) for tensor in images.batch(slice(start, start + batch)))
            logits: Tensor = network(inputs)
            right += (logits.argmax(-1) == labels).sum()
            loss += cross_entropy(logits, labels, reduction="sum")
    targets = len(images) * math.prod(images.positions)
    return Accuracy(int(right) / targets, float(loss) / targets)


def evaluate_columns(network: HasColumns, images: Samples, batch: int = BATCH) -> tuple[ColumnScore, ...]:
    """Return accuracy, loss and latency of each column alone."""
    found = []
    for index, column in enumerate(network.columns(), 1):
        score = evaluate(column, images, batch)
        found.append(ColumnScore(index, score.accuracy, score.loss, latency(column, images.probe()).median_ms))
    return tuple(found)
