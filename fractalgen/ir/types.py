"""Tensor types: what flows along an edge, without the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DType = Literal["float", "int"]


@dataclass(frozen=True, slots=True)
class TensorType:
    """The shape and element kind of one sample.

    Rank 3 is an image `(channels, height, width)`, rank 2 a sequence `(length, channels)`, rank 1 a vector
    `(channels,)`. The batch comes in front of it and is not written.
    """

    shape: tuple[int, ...]
    dtype: DType = "float"

    @property
    def channels(self) -> int:
        """Features at each position."""
        return self.shape[0] if len(self.shape) == 3 else self.shape[-1]

    @property
    def elements(self) -> int:
        """Numbers in one sample."""
        total = 1
        for size in self.shape:
            total *= size
        return total

    @property
    def positions(self) -> int:
        """Places that share one set of features: height x width, or length."""
        return self.elements // self.channels

    def with_channels(self, channels: int) -> TensorType:
        """Return this type with another number of channels."""
        if len(self.shape) == 3:
            return TensorType((channels, *self.shape[1:]), self.dtype)
        return TensorType((*self.shape[:-1], channels), self.dtype)

    def __str__(self) -> str:
        text = "x".join(map(str, self.shape))
        return text if self.dtype == "float" else f"{text}:{self.dtype}"
