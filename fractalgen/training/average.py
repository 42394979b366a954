"""An exponential moving average of the weights (Polyak and Juditsky, 1992, with decay)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

WARM_UP = 10
"""The decay of step t is at most (1 + t) / (10 + t), as in TensorFlow, so that the first weights are soon forgotten."""


class WeightAverage:
    """Averages of the learned tensors, and of the running statistics of batch norm, which belong to the weights.

    Args:
        network: What is trained.
        decay: What an average keeps of itself in one step.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        tensors = [*network.named_parameters(), *network.named_buffers()]
        self._decay = decay
        self._steps = 0
        self._tensors = {name: tensor.detach() for name, tensor in tensors if tensor.is_floating_point()}
        self._averages = {name: tensor.clone() for name, tensor in self._tensors.items()}

    def update(self) -> None:
        """Take in the weights of one step."""
        self._steps += 1
        decay = min(self._decay, (1 + self._steps) / (WARM_UP + self._steps))
        average = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
        average(list(self._averages.values()), list(self._tensors.values()), self._steps)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the averages into the network for a while."""
        self.exchange()
        try:
            yield
        finally:
            self.exchange()

    @torch.no_grad()
    def exchange(self) -> None:
        """Put the averages into the network, and what is there in place of the averages."""
        for name, tensor in self._tensors.items():
            kept = tensor.clone()
            tensor.copy_(self._averages[name])
            self._averages[name].copy_(kept)

    def state(self) -> dict[str, Any]:
        """Return everything that further steps depend on."""
        return {"steps": self._steps, "averages": self._averages}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state` returned."""
        self._steps = state["steps"]
        for name, average in state["averages"].items():
            self._averages[name].copy_(average)
