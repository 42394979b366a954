"""Convolution over height and width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from fractalgen.errors import ParameterError
from fractalgen.ir.ops._windows import image, pad_of, slide
from fractalgen.ir.parts import Cost, Op, Pair, Types, as_pair, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Conv(Op):
    """2-d convolution, `(channels, height, width) -> (out, height', width')`."""

    out: int | None = field(None, minimum=1)
    """Channels that come out; as many as come in when left out."""
    kernel: int | Pair = field(3, minimum=1)
    """Height and width of the kernel: one number, or [height, width]."""
    stride: int | Pair = field(1, minimum=1)
    """How far the kernel moves each time."""
    padding: int | Pair | Literal["same"] = field("same", minimum=0)
    """`same` keeps height and width at stride 1: dilation * (kernel - 1) / 2 on each side; the kernel must be odd."""
    dilation: int | Pair = field(1, minimum=1)
    """Distance between neighbouring elements of the kernel."""
    groups: int = field(1, minimum=1)
    """Parts into which the channels are cut, each convolved by itself; as many as channels is depthwise."""
    bias: bool = False
    """Add a learned shift a channel; batch norm after it makes that useless."""

    depth = 1

    def resolved(self, inputs: Types) -> Conv:
        """Fill in `out`, and check that `groups` divides both widths."""
        done = self if self.out is not None else replace(self, out=inputs[0].channels)
        if inputs[0].channels % done.groups or (done.out or 0) % done.groups:
            raise ParameterError(
                f"conv.groups must divide the channels in and out, found {done.groups} for {inputs[0].channels} "
                f"and {done.out}"
            )
        return done

    def infer(self, inputs: Types) -> TensorType:
        """Return `(out, height', width')`."""
        source = image("conv", inputs[0])
        height, width = slide("conv", source, self.kernel, self.stride, self._pad(), self.dilation)
        return TensorType((self.out or source.channels, height, width))

    def cost(self, inputs: Types) -> Cost:
        """Count out * in / groups * kernel weights; each is used once a position that comes out."""
        output = self.infer(inputs)
        high, wide = as_pair(self.kernel)
        weights = output.channels * (inputs[0].channels // self.groups) * high * wide
        return Cost(weights + (output.channels if self.bias else 0), weights * output.positions)

    def window(self, inputs: Types) -> Pair:
        """Return reach and step along the height."""
        del inputs
        return as_pair(self.dilation)[0] * (as_pair(self.kernel)[0] - 1) + 1, as_pair(self.stride)[0]

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.Conv2d`."""
        from torch import nn

        return nn.Conv2d(
            inputs[0].channels,
            self.out or inputs[0].channels,
            as_pair(self.kernel),
            as_pair(self.stride),
            self._pad(),
            as_pair(self.dilation),
            self.groups,
            self.bias,
        )

    def _pad(self) -> Pair:
        return pad_of("conv", self.padding, self.kernel, self.dilation)
