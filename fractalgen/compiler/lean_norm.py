"""Checkpointing of batch norms: their results, and those of the activations behind them, are computed again.

The backward pass of a batch norm needs its input. What the norm and the activation behind it make follows from that at
the cost of a few operations an element, so nobody else needs to keep it: of a unit of convolution, norm and ReLU one
tensor of features is kept instead of two. The same kernels make the same numbers again, to the last bit.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from fractalgen.compiler.schedule import BatchStep, Parts, Step, Values

ACTIVATIONS = (nn.ReLU, nn.GELU, nn.SiLU, nn.Mish)


class _Again:
    """How to make the result of a norm, or of the activation behind it, once more."""

    def __init__(self, x: Tensor, norm: nn.BatchNorm2d, activation: nn.Module | None = None) -> None:
        self._x = x.detach()
        self._norm = norm
        self._activation = activation
        self._made: weakref.ref[Tensor] | None = None
        self._layout: tuple[torch.Size, tuple[int, ...]] | None = None

    def like(self, value: Tensor) -> None:
        """Learn the layout of the result."""
        self._layout = value.shape, value.stride()

    def makes(self, tensor: Tensor) -> bool:
        """Whether a tensor at the address of the result is the result, and not a view of it in another order."""
        return (tensor.shape, tensor.stride()) == self._layout and not isinstance(tensor, nn.Parameter)

    def behind(self, activation: nn.Module) -> _Again:
        """Return how to make what the activation makes of this."""
        return _Again(self._x, self._norm, activation)

    def value(self) -> Tensor:
        """Return the tensor; what several readers need at one time is made once."""
        made = self._made() if self._made is not None else None
        if made is None:
            norm = self._norm
            with torch.no_grad():
                made = F.batch_norm(self._x, None, None, norm.weight, norm.bias, True, 0.0, norm.eps)
                if self._activation is not None:
                    made = self._activation(made)
            self._made = weakref.ref(made)
        return made


def run_lean_norms(parts: Parts, steps: Sequence[Step], values: Values) -> None:
    """Run steps in order, as `run_steps` does, with what follows from the inputs of norms not kept."""
    known: dict[int, _Again] = {}  # by address: a tensor is known while a value holds it

    def pack(tensor: Tensor) -> Tensor | _Again:
        again = known.get(tensor.data_ptr())
        return again if again is not None and again.makes(tensor) else tensor

    with saved_tensors_hooks(pack, _unpack):
        for step in steps:
            again = _again(parts, step, values, known)
            with _own_result(parts, step, again):
                value = step.value(parts, values)
            values[step.node] = value
            if again is not None:
                again.like(value)
                known[value.data_ptr()] = again
            for index in step.done:
                known.pop(values.pop(index).data_ptr(), None)


def _again(parts: Parts, step: Step, values: Values, known: dict[int, _Again]) -> _Again | None:
    if not isinstance(step, BatchStep) or step.kept is not None:
        return None
    part, x = parts[step.node], values[step.inputs[0]]
    if isinstance(part, nn.BatchNorm2d):
        return _Again(x, part) if part.training else None
    found = known.get(x.data_ptr())
    return found.behind(part) if found is not None and isinstance(part, ACTIVATIONS) else None


def _own_result(parts: Parts, step: Step, again: _Again | None) -> AbstractContextManager[None]:
    """Return hooks for a ReLU, which keeps the result that it is about to make."""
    if again is None or not isinstance(parts[step.node], nn.ReLU):
        return nullcontext()
    return saved_tensors_hooks(lambda _: again, _unpack)


def _unpack(kept: Tensor | _Again) -> Tensor:
    return kept.value() if isinstance(kept, _Again) else kept
