"""Gradients reach everything that is learned."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fractalgen.training.modes import evaluating
from fractalgen.training.outputs import outputs_of
from fractalgen.training.tasks import Classification, Task

Batch = tuple[Tensor, Tensor]


class GradientWatch:
    """Notes which learned tensors a gradient has reached.

    Args:
        network: What is trained.
        task: For what; classification when left out.
    """

    def __init__(self, network: nn.Module, task: Task | None = None) -> None:
        self._network = network
        self._task = task or Classification()
        self._pending = {name: p for name, p in network.named_parameters() if p.requires_grad}

    def look(self) -> None:
        """Look at the gradients of one step; free once all are found."""
        if self._pending:
            self._pending = {name: p for name, p in self._pending.items() if p.grad is None}

    def unreached(self, batch: Batch) -> tuple[str, ...]:
        """Return what no step has reached, and what a pass over `batch` with nothing dropped does not reach either.

        Clears all gradients.
        """
        if self._pending:
            self._network.zero_grad(set_to_none=True)
            with evaluating(self._network), torch.enable_grad():
                torch.autograd.backward(self._task.loss(outputs_of(self._network(batch[0])), *batch))
            self.look()
            self._network.zero_grad(set_to_none=True)
        return tuple(self._pending)
