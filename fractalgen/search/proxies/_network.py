"""What proxies do with a network: norms, weights and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
NORMS = (*BATCH_NORMS, nn.GroupNorm, nn.LayerNorm, nn.RMSNorm)


def normalise_by_batch(network: nn.Module) -> None:
    """Let batch norms take the statistics of the mini-batch, as in training; the rest stays in evaluation mode."""
    for module in network.modules():
        if isinstance(module, BATCH_NORMS):
            module.train()


def weights(network: nn.Module) -> list[nn.Parameter]:
    """Return the weights of convolutions, linear and attention layers: no biases, no scales and shifts of norms."""
    return [weight for weight in network.parameters() if weight.ndim >= 2]


@contextmanager
def without_norms(network: nn.Module) -> Iterator[None]:
    """Let every norm pass its input on for a while."""
    norms = [module for module in network.modules() if isinstance(module, NORMS)]
    hooks = [norm.register_forward_hook(lambda _, inputs, __: inputs[0]) for norm in norms]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
