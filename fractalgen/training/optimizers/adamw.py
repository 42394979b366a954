"""AdamW (Loshchilov and Hutter, arXiv 1711.05101)."""

from __future__ import annotations

from torch.optim import AdamW, Optimizer

from fractalgen.spec.train import Train
from fractalgen.training.optimizers._base import Groups


def adamw(groups: Groups, recipe: Train) -> Optimizer:
    """Return AdamW; the recipe's momentum is its first beta."""
    return AdamW(groups, lr=recipe.lr, betas=(recipe.momentum, 0.999), fused=True)
