"""First weights."""

from __future__ import annotations

import torch
from torch import nn

from fractalgen.spec.train import InitName


def initialise(network: nn.Module, init: InitName, seed: int) -> None:
    """Set the weights of convolutions and linear layers.

    `default` leaves what the modules drew when they were made. `xavier` is uniform in +-sqrt(6 / (fan_in + fan_out))
    (Glorot and Bengio, AISTATS 2010), with biases at 0.
    """
    if init == "default":
        return
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d):
            # Drawn on the CPU, so that every device starts from the same weights.
            drawn = torch.empty(module.weight.shape)
            nn.init.xavier_uniform_(drawn, generator=generator)
            with torch.no_grad():
                module.weight.copy_(drawn)
                if module.bias is not None:
                    module.bias.zero_()
