"""What makes an optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.optim import Optimizer

from fractalgen.spec.train import Train

Groups = list[dict[str, Any]]
"""Parameter groups, each with its own `weight_decay`."""

BuildOptimizer = Callable[[Groups, Train], Optimizer]
"""Returns an optimizer over parameter groups; the loop sets the learning rate before each step."""


def parameter_groups(network: nn.Module, weight_decay: float) -> Groups:
    """Return the learned tensors in two groups: matrices and kernels decay, biases, norms and logits do not."""
    learned = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in learned if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]
