"""The gradient of the loss of one mini-batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fractalgen.search.proxies._network import normalise_by_batch, weights
from fractalgen.training.loss import cross_entropy
from fractalgen.training.outputs import outputs_of


def loss_gradients(network: nn.Module, inputs: Tensor, targets: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return the weights that the loss depends on, each with its gradient."""
    normalise_by_batch(network)
    loss = cross_entropy(outputs_of(network(inputs))[0], targets)
    found = weights(network)
    gradients = torch.autograd.grad(loss, found, allow_unused=True)
    return [(weight, each) for weight, each in zip(found, gradients, strict=True) if each is not None]
