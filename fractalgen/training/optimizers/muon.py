"""Muon (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon): momentum made orthogonal."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from fractalgen.spec.train import Train
from fractalgen.training.optimizers._base import Groups

ITERATIONS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of a polynomial that takes singular values towards 1, to between 0.7 and 1.2 in five rounds."""
RMS = 0.2
"""Root mean square of AdamW's updates, to which Muon's are scaled (Liu et al., arXiv 2502.16982): both share lr."""
EPSILON = 1e-8


def muon(groups: Groups, recipe: Train) -> Optimizer:
    """Return Muon for kernels and matrices, with the recipe's momentum, and AdamW for biases and norms."""
    return Muon(groups, {"lr": recipe.lr, "momentum": recipe.momentum, "weight_decay": 0.0})


class Muon(Optimizer):
    """Each kernel, as a matrix with a row for each output, moves along the orthogonal matrix nearest to its momentum.

    Args:
        groups: What is learned.
        defaults: `lr`, `momentum` (Nesterov's, and the first beta of AdamW) and `weight_decay`.
    """

    def __init__(self, groups: Groups, defaults: dict[str, Any]) -> None:
        super().__init__(groups, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take a step with the gradients that are there."""
        del closure
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    state = self.state[parameter]
                    update = _orthogonal if parameter.ndim > 1 else _adam
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(update(parameter.grad, state, group["momentum"]), alpha=-group["lr"])


def _orthogonal(gradient: Tensor, state: dict[str, Any], momentum: float) -> Tensor:
    if not state:
        state["momentum"] = torch.zeros_like(gradient)
    state["momentum"].lerp_(gradient, 1 - momentum)
    matrix = gradient.lerp(state["momentum"], momentum).flatten(1)
    scale = RMS * math.sqrt(max(matrix.shape))
    return orthogonalised(matrix).mul_(scale).view(gradient.shape)


def orthogonalised(matrix: Tensor) -> Tensor:
    """Return a matrix with the same singular vectors, and singular values near 1, by Newton and Schulz's iteration."""
    a, b, c = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x: Tensor = matrix.T if tall else matrix
    x = x / (torch.linalg.vector_norm(x) + EPSILON)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def _adam(gradient: Tensor, state: dict[str, Any], momentum: float, second: float = 0.999) -> Tensor:
    if not state:
        state.update(step=0, mean=torch.zeros_like(gradient), square=torch.zeros_like(gradient))
    state["step"] += 1
    state["mean"].lerp_(gradient, 1 - momentum)
    state["square"].lerp_(gradient.square(), 1 - second)
    mean: Tensor = state["mean"] / (1 - momentum ** state["step"])
    square = state["square"] / (1 - second ** state["step"])
    return mean.div_(square.sqrt_().add_(EPSILON))
