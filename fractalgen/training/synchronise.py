"""Batch norm over the images of several processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from fractalgen.training.parallel import size

_HALF = (torch.float16, torch.bfloat16)


@contextmanager
def synchronised_batch_norm(network: nn.Module) -> Iterator[None]:
    """Let batch norm take its statistics over the images of all processes for a while, on GPUs and on the CPU.

    With one pattern of drop-path a sample, processes run a node for different numbers of images, some for none, and
    cannot wait for each other there: statistics then stay those of each process.
    """
    drop_path = getattr(network, "drop_path", None)
    norms: Sequence[_BatchNorm] = []
    if size() > 1 and getattr(drop_path, "per", "batch") == "batch":
        norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    for norm in norms:
        # The network's plans hold the module itself, so it cannot be replaced by another, as torch's converter does.
        norm.forward = _Synchronised(norm).forward  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        for norm in norms:
            del norm.forward


class _Synchronised:
    def __init__(self, norm: _BatchNorm) -> None:
        self._norm = norm

    def forward(self, x: Tensor) -> Tensor:
        norm = self._norm
        if not norm.training:
            found: Tensor = type(norm).forward(norm, x)
            return found
        wide = x.float() if x.dtype in _HALF else x
        axes = [0, *range(2, x.ndim)]
        shape = [1, -1, *[1] * (x.ndim - 2)]
        center = _sum(wide.mean(axes)) / size()
        centred = wide - center.view(shape)
        variance = _sum(centred.square().mean(axes)) / size()
        _track(norm, center.detach(), variance.detach(), size() * x.numel() // x.shape[1])
        scale = torch.rsqrt(variance + norm.eps)
        scale = scale * norm.weight if norm.affine else scale
        found = centred * scale.view(shape)
        return (found + norm.bias.view(shape) if norm.affine else found).to(x.dtype)


def _sum(x: Tensor) -> Tensor:
    total: Tensor = _Sum.apply(x)  # type: ignore[no-untyped-call]
    return total


class _Sum(torch.autograd.Function):
    """The sum over all processes, whose gradient is that of all processes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        del ctx
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        del ctx
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


def _track(norm: _BatchNorm, center: Tensor, variance: Tensor, count: int) -> None:
    if norm.running_mean is None or norm.running_var is None or norm.num_batches_tracked is None:
        return
    norm.num_batches_tracked.add_(1)
    factor = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    norm.running_mean.lerp_(center, factor)
    norm.running_var.lerp_(variance * count / (count - 1), factor)
