"""A convolution and the batch norm after it become one convolution."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, fx, nn

from fractalgen.compiler.static.draft import Draft


def fold_batch_norm(draft: Draft) -> None:
    """Fold each batch norm into the convolution before it, if nobody else reads that value or shares its weights."""
    callers = draft.callers()
    for node in draft.code.nodes:
        norm = draft.called(node)
        if type(norm) is not nn.BatchNorm2d or norm.running_mean is None or norm.running_var is None:
            continue
        before = node.args[0]
        conv = draft.called(before) if isinstance(before, fx.Node) else None
        if type(conv) is nn.Conv2d and len(before.users) == 1 and callers[before.target] == 1:
            draft.make(before.target, _folded(conv, norm, norm.running_mean, norm.running_var))
            before.meta["node"] = node.meta["node"]
            node.replace_all_uses_with(before)
            draft.code.erase_node(node)


@torch.no_grad()
def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> nn.Conv2d:
    """Return gamma (W x + b - mean) / sqrt(var + eps) + beta as one convolution."""
    scale = (_wide(variance) + norm.eps).rsqrt()
    shift = -_wide(mean) * scale
    if norm.affine:
        scale, shift = scale * _wide(norm.weight), shift * _wide(norm.weight) + _wide(norm.bias)
    if conv.bias is not None:
        shift = shift + _wide(conv.bias) * scale
    weight = _wide(conv.weight) * scale[:, None, None, None]
    return conv_like(conv, weight, shift)


def conv_like(conv: nn.Conv2d, weight: Tensor, bias: Tensor | None) -> nn.Conv2d:
    """Return a convolution of the geometry, kind and device of another, with these weights."""
    kernel = nn.Parameter(weight.to(conv.weight.dtype), requires_grad=False)
    # A copy that finds its weights made already: building a convolution draws random ones first.
    made = copy.deepcopy(conv, {id(conv.weight): kernel, id(conv.bias): None})
    made.out_channels = len(kernel)
    made.bias = None if bias is None else nn.Parameter(bias.to(kernel.dtype), requires_grad=False)
    return made


def _wide(tensor: Tensor) -> Tensor:
    # Folding multiplies rounding errors that float64 keeps below those of the convolution itself.
    return tensor.detach().double()
