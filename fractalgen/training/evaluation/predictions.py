"""What a network says of every sample."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fractalgen.training.loss import cross_entropy
from fractalgen.training.modes import device_of, evaluating
from fractalgen.training.samples import Samples


@dataclass(frozen=True, eq=False)
class Predictions:
    """The answers of a network, one a target: an image, or a token of a sequence.

    Attributes:
        labels: `(targets,)`, int64, what is right.
        predicted: `(targets,)`, int64, the likeliest class.
        confidence: `(targets,)`, float32, its probability.
        loss: Mean cross-entropy.
    """

    labels: Tensor
    predicted: Tensor
    confidence: Tensor
    loss: float

    @property
    def accuracy(self) -> float:
        """Share that is right, 0 to 1."""
        return int((self.predicted == self.labels).sum()) / len(self.labels)


def predict(network: nn.Module, samples: Samples, batch: int) -> Predictions:
    """Return what the network says of `samples`, with nothing dropped; tensors are on the CPU."""
    device = device_of(network)
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    loss = torch.zeros((), dtype=torch.float64, device=device)
    with evaluating(network), torch.inference_mode():
        for start in range(0, len(samples), batch):
            inputs, labels = (tensor.to(device) for tensor in samples.batch(slice(start, start + batch)))
            logits: Tensor = network(inputs)
            loss += cross_entropy(logits, labels, reduction="sum")
            confidence, predicted = logits.float().softmax(-1).max(-1)
            found.append((labels.flatten().cpu(), predicted.flatten().cpu(), confidence.flatten().cpu()))
    labels, predicted, confidence = (torch.cat(parts) for parts in zip(*found, strict=True))
    return Predictions(labels, predicted, confidence, float(loss) / len(labels))
