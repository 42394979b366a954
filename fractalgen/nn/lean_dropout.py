"""Dropout that keeps little for the backward pass; it draws what `torch.nn.Dropout` draws on the CPU."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class LeanDropout(Function):
    """Dropout that keeps one byte an element, where torch keeps the noise itself on the CPU."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rate: float) -> Tensor:
        """Return `x` with elements zeroed and the rest scaled by 1 / (1 - rate)."""
        noise = torch.empty_like(x).bernoulli_(1 - rate)
        ctx.save_for_backward(noise.bool())
        ctx.rate = rate
        return x * noise.div_(1 - rate)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of `x`."""
        (kept,) = ctx.saved_tensors
        return kept.to(grad.dtype).div_(1 - ctx.rate).mul_(grad), None


class LeanReluDropout(Function):
    """ReLU, then dropout: keeps only the result, which is zero exactly where the gradient is."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rate: float) -> Tensor:
        """Return dropout of the positive part of `x`."""
        noise = torch.empty_like(x).bernoulli_(1 - rate).div_(1 - rate)
        result = torch.relu(x).mul_(noise)
        ctx.save_for_backward(result)
        ctx.rate = rate
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of `x`."""
        (result,) = ctx.saved_tensors
        return (result > 0).to(grad.dtype).div_(1 - ctx.rate).mul_(grad), None
