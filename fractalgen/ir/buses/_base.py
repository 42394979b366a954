"""The base of hyper-connections: what decides how a site reads and writes the streams of its bus."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from fractalgen.errors import ShapeError
from fractalgen.ir.parts import Op, Types
from fractalgen.ir.types import TensorType


@dataclass(frozen=True)
class Connection(Op):
    """Computes the weights of one site from the streams that reach it; all that a site learns is in here.

    The weights are a matrix with a row for each of the n streams and n + 2 columns, row after row among the channels of
    the output: how much of the stream the layer reads, how much of the layer's output the stream gets, and how much of
    the stream goes into each of the n streams that leave the site.
    """

    takes_streams: ClassVar[bool] = True

    def at(self, site: int) -> Connection:
        """Return the connection of a site, counted from 0 within its bus."""
        del site
        return self

    @abstractmethod
    def by_position(self) -> bool:
        """Whether each position has weights of its own, rather than each sample."""

    def infer(self, inputs: Types) -> TensorType:
        """Return the type of the weights: n (n + 2) channels at each position, or a vector for the sample."""
        state = on_a_bus("site", inputs[0])
        count = weight_count(state)
        return state.stream.with_channels(count) if self.by_position() else TensorType((count,))


def on_a_bus(what: str, state: TensorType) -> TensorType:
    """Return `state` if it has streams.

    Raises:
        ShapeError: it is a single tensor.
    """
    if state.streams is None:
        raise ShapeError(
            f"{what} needs the streams of a residual bus, found {state}",
            "Outside of its sites, what flows through the body of a bus is all of its streams.",
        )
    return state


def weight_count(state: TensorType) -> int:
    """Return how many weights a site has at each position: n (n + 2)."""
    streams = state.streams or 1
    return streams * (streams + 2)


def is_image(state: TensorType) -> bool:
    """Whether the channels of each stream stand in front of height and width, rather than last."""
    return len(state.stream.shape) == 3
