"""Tensor types: what flows along an edge, without the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DType = Literal["float", "int"]


@dataclass(frozen=True, slots=True)
class TensorType:
    """The shape and element kind of one sample.

    Rank 3 is an image `(channels, height, width)`, rank 2 a sequence `(length, channels)`, rank 1 a vector
    `(channels,)`. The batch comes in front of it and is not written. On a residual bus, `streams` such tensors are one,
    with the streams as its first axis.
    """

    shape: tuple[int, ...]
    dtype: DType = "float"
    streams: int | None = None

    @property
    def stream(self) -> TensorType:
        """One of the streams of a bus; outside of a bus the type itself."""
        return self if self.streams is None else TensorType(self.shape[1:], self.dtype)

    @property
    def channels(self) -> int:
        """Features at each position."""
        shape = self.shape if self.streams is None else self.shape[1:]
        return shape[0] if len(shape) == 3 else shape[-1]

    @property
    def elements(self) -> int:
        """Numbers in one sample."""
        total = 1
        for size in self.shape:
            total *= size
        return total

    @property
    def positions(self) -> int:
        """Places that share one set of features: height x width, or length; on a bus, those of every stream."""
        return self.elements // self.channels

    def with_channels(self, channels: int) -> TensorType:
        """Return this type with another number of channels."""
        if self.streams is not None:
            return self.stream.with_channels(channels).with_streams(self.streams)
        if len(self.shape) == 3:
            return TensorType((channels, *self.shape[1:]), self.dtype)
        return TensorType((*self.shape[:-1], channels), self.dtype)

    def with_streams(self, streams: int) -> TensorType:
        """Return the type of a bus with this many streams of this type."""
        return TensorType((streams, *self.shape), self.dtype, streams)

    def __str__(self) -> str:
        if self.streams is not None:
            return f"{self.streams} streams of {self.stream}"
        text = "x".join(map(str, self.shape))
        return text if self.dtype == "float" else f"{text}:{self.dtype}"
