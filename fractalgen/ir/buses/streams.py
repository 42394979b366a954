"""What every residual bus is made of, whatever its connections: its opening, reads, writes and closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fractalgen.errors import ShapeError
from fractalgen.ir.buses._base import is_image, on_a_bus
from fractalgen.ir.joins._base import Join, Kept
from fractalgen.ir.parts import Cost, Op, Types
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class OpenBus(Op):
    """Copies of the input, as many as there are streams."""

    streams: int

    def infer(self, inputs: Types) -> TensorType:
        """Return the type of a bus with streams of the type that comes in."""
        if inputs[0].dtype != "float":
            raise ShapeError(f"a residual bus carries features, found {inputs[0]}", "Put embedding before it.")
        return inputs[0].with_streams(self.streams)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.hyper_connections.OpenStreams`."""
        from fractalgen.nn.hyper_connections import OpenStreams

        del inputs
        return OpenStreams(self.streams)


@dataclass(frozen=True)
class CloseBus(Op):
    """The sum of the streams."""

    takes_streams: ClassVar[bool] = True

    def infer(self, inputs: Types) -> TensorType:
        """Return the type of one stream."""
        return on_a_bus("the end of residual_bus", inputs[0]).stream

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.hyper_connections.CloseStreams`."""
        from fractalgen.nn.hyper_connections import CloseStreams

        del inputs
        return CloseStreams()


@dataclass(frozen=True)
class ReadStreams(Join):
    """What the layer of a site reads: the streams, weighted; inputs are the streams and the site's weights."""

    commutative: ClassVar[bool] = False
    may_drop: ClassVar[bool] = False
    takes_streams: ClassVar[bool] = True

    def infer(self, inputs: Types) -> TensorType:
        """Return the type of one stream."""
        return inputs[0].stream

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count one product for each element of each stream."""
        del kept
        return Cost(0, inputs[0].elements)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.hyper_connections.StreamRead`."""
        from fractalgen.nn.hyper_connections import StreamRead

        return StreamRead(inputs[0].streams or 1, images=is_image(inputs[0]))


@dataclass(frozen=True)
class WriteStreams(Join):
    """The streams that leave a site: mixed, plus what the layer put out; inputs are streams, weights and output."""

    commutative: ClassVar[bool] = False
    may_drop: ClassVar[bool] = False
    takes_streams: ClassVar[bool] = True

    def infer(self, inputs: Types) -> TensorType:
        """Return the type of the streams.

        Raises:
            ShapeError: the layer changes the type, which the streams keep from the opening to the closing.
        """
        state, _, output = inputs
        if output != state.stream:
            raise ShapeError(
                f"the layer of a site must keep the shape {state.stream} of a stream, found {output}",
                "Change the shape before the bus or after it.",
            )
        return state

    def cost(self, inputs: Types, kept: Kept | None = None) -> Cost:
        """Count n products for each element of each stream, and one for the layer's output."""
        del kept
        state = inputs[0]
        return Cost(0, ((state.streams or 1) + 1) * state.elements)

    def build(self, inputs: Types) -> nn.Module:
        """Return a `fractalgen.nn.hyper_connections.StreamWrite`."""
        from fractalgen.nn.hyper_connections import StreamWrite

        return StreamWrite(inputs[0].streams or 1, images=is_image(inputs[0]))
