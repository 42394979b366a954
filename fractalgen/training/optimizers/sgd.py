"""Stochastic gradient descent."""

from __future__ import annotations

import torch
from torch.optim import SGD, Optimizer

from fractalgen.spec.train import Train
from fractalgen.training.optimizers._base import Groups


def sgd(groups: Groups, recipe: Train) -> Optimizer:
    """Return SGD with the recipe's momentum."""
    found = SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=recipe.nesterov, fused=True)
    if recipe.momentum:
        # torch makes a buffer with a parameter's first gradient, and its fused kernel cannot take some without.
        for group in groups:
            for parameter in group["params"]:
                found.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
    return found
