"""Stochastic gradient descent."""

from __future__ import annotations

from torch.optim import SGD, Optimizer

from fractalgen.spec.train import Train
from fractalgen.training.optimizers._base import Groups


def sgd(groups: Groups, recipe: Train) -> Optimizer:
    """Return SGD with the recipe's momentum."""
    return SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=recipe.nesterov, foreach=True)
