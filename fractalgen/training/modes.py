"""Where a network is, and whether it trains or evaluates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Put a network in evaluation mode for a while."""
    before = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(before)


def device_of(network: nn.Module) -> torch.device:
    """Return where the network's weights are; the CPU for one without weights."""
    first = next(network.parameters(), None)
    return torch.device("cpu") if first is None else first.device
