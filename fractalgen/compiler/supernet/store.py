"""Weights by key, each as large as the largest network that trained it has needed."""

from __future__ import annotations

import hashlib
from typing import Any

import torch
from torch import Tensor

WEIGHT = "weight"
_SPREAD = 3**0.5
"""A uniform number between -1 and 1 has a standard deviation of 1 / sqrt(3)."""

Slot = dict[str, Any]
"""What is known of one tensor: `weight`, and the optimizer's state by its names."""


class WeightStore:
    """One tensor a key, of which narrower networks use the first channels.

    Attributes:
        slots: Key -> its weight and the state that the optimizer keeps of it.
    """

    def __init__(self, slots: dict[str, Slot] | None = None) -> None:
        self.slots: dict[str, Slot] = {} if slots is None else slots

    @property
    def parameters(self) -> int:
        """How many numbers are learned."""
        return sum(slot[WEIGHT].numel() for slot in self.slots.values())

    @property
    def bytes(self) -> int:
        """What the weights and the optimizer's state take."""
        tensors = [value for slot in self.slots.values() for value in slot.values() if isinstance(value, Tensor)]
        return sum(tensor.nbytes for tensor in tensors)

    def holds(self, key: str, shape: tuple[int, ...]) -> bool:
        """Whether a tensor is there that covers `shape`."""
        slot = self.slots.get(key)
        return slot is not None and all(a >= b for a, b in zip(slot[WEIGHT].shape, shape, strict=True))

    def read(self, key: str, first: Tensor) -> Tensor:
        """Return the first channels of a weight, of the shape of `first`, which fills in what is not there."""
        slot = self.slots.get(key)
        if slot is None:
            return first
        known: Tensor = slot[WEIGHT]
        if self.holds(key, tuple(first.shape)):
            return known[_block(tuple(first.shape))]
        block = _block(_least(known, first))
        filled = first.clone()
        filled[block] = known[block]
        return filled

    def write(self, key: str, weight: Tensor) -> None:
        """Take over the first channels of a weight; where it is larger than what is there, that grows."""
        slot = self.slots.setdefault(key, {})
        known: Tensor | None = slot.get(WEIGHT)
        if known is None:
            slot[WEIGHT] = weight.detach().clone(memory_format=torch.contiguous_format)
            return
        if not self.holds(key, tuple(weight.shape)):
            slot[WEIGHT] = known = _grown(known, weight.detach(), key)
        known[_block(tuple(weight.shape))] = weight.detach()

    def read_state(self, key: str, like: Tensor) -> Slot:
        """Return the optimizer's state of the first channels; empty where there is none.

        What it has not seen is zero.
        """
        slot = self.slots.get(key, {})
        return {name: _first(value, like) for name, value in slot.items() if name != WEIGHT}

    def write_state(self, key: str, state: Slot) -> None:
        """Take over the optimizer's state of the first channels of a weight that is there."""
        slot = self.slots[key]
        for name, value in state.items():
            if not isinstance(value, Tensor) or value.dim() == 0:
                slot[name] = value.clone() if isinstance(value, Tensor) else value
                continue
            slot[name] = _resized(slot.get(name), slot[WEIGHT])
            slot[name][_block(tuple(value.shape))] = value


def seed_of_key(seed: int, key: str) -> int:
    """Return the seed of the first weights of `key`, which follow from it and from nothing else."""
    return int.from_bytes(hashlib.sha256(f"{seed} {key}".encode()).digest()[:7], "big")


def _block(shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(size) for size in shape)


def _least(one: Tensor, other: Tensor) -> tuple[int, ...]:
    return tuple(map(min, one.shape, other.shape))


def _first(value: Any, like: Tensor) -> Any:
    if not isinstance(value, Tensor):
        return value
    if value.dim() == 0:
        return value.clone()
    found = torch.zeros_like(like, memory_format=torch.contiguous_format)
    block = _block(_least(value, like))
    found[block] = value[block]
    return found


def _resized(state: Tensor | None, weight: Tensor) -> Tensor:
    """Return a state as large as its weight; what is new is zero."""
    if state is not None and state.shape == weight.shape:
        return state
    found = torch.zeros_like(weight)
    if state is not None:
        found[_block(tuple(state.shape))] = state
    return found


def _grown(known: Tensor, weight: Tensor, key: str) -> Tensor:
    """Return a tensor that covers both; a corner that neither has is drawn as wide as `weight` spreads."""
    shape = tuple(map(max, known.shape, weight.shape))
    generator = torch.Generator().manual_seed(seed_of_key(0, f"{key} {shape}"))
    drawn = (2 * torch.rand(shape, generator=generator) - 1).to(weight.device) * _SPREAD
    spread = weight.std(correction=0) if weight.dtype.is_floating_point else 0
    found = (weight.mean() + spread * drawn).to(known.dtype)
    found[_block(tuple(weight.shape))] = weight
    found[_block(tuple(known.shape))] = known
    return found
