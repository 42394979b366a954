"""Transposed convolution over height and width, which papers call up-convolution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fractalgen.errors import ShapeError
from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Cost, Op, Pair, Types, as_pair, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ConvTranspose(Op):
    """Enlarge an image by a learned kernel, `(channels, height, width) -> (out, height', width')`.

    Each pixel that comes in is multiplied by the kernel and added to the output `stride` pixels further along:
    height' = (height - 1) * stride - 2 * padding + kernel. Kernel 2 with stride 2 is the up-convolution of a U-Net.
    """

    out: int | None = field(None, minimum=1)
    """Channels that come out; as many as come in when left out."""
    kernel: int | Pair = field(2, minimum=1)
    """Height and width of the kernel: one number, or [height, width]."""
    stride: int | Pair = field(2, minimum=1)
    """How far apart neighbouring pixels land."""
    padding: int | Pair = field(0, minimum=0)
    """Pixels that are cut off on each side of the output."""
    bias: bool = False
    """Add a learned shift a channel; batch norm after it makes that useless."""

    depth = 1

    def resolved(self, inputs: Types) -> ConvTranspose:
        """Fill in `out`."""
        return self if self.out is not None else replace(self, out=inputs[0].channels)

    def infer(self, inputs: Types) -> TensorType:
        """Return `(out, height', width')`.

        Raises:
            ShapeError: `padding` cuts everything off.
        """
        source = image("conv_transpose", inputs[0])
        axes = zip(source.shape[1:], as_pair(self.stride), as_pair(self.padding), as_pair(self.kernel), strict=True)
        height, width = ((size - 1) * stride - 2 * pad + kernel for size, stride, pad, kernel in axes)
        if min(height, width) < 1:
            raise ShapeError(
                f"conv_transpose.padding cuts off all of the {source} that comes in, found {self.padding!r}",
                "Give a smaller padding.",
            )
        return TensorType((self.out or source.channels, height, width))

    def cost(self, inputs: Types) -> Cost:
        """Count in * out * kernel weights; each is used once a position that comes in."""
        out = self.out or inputs[0].channels
        high, wide = as_pair(self.kernel)
        weights = inputs[0].channels * out * high * wide
        return Cost(weights + (out if self.bias else 0), weights * inputs[0].positions)

    def window(self, inputs: Types) -> Pair:
        """Return the most input rows that one output row sees; their step is less than a row and counts as one."""
        del inputs
        return -(-as_pair(self.kernel)[0] // as_pair(self.stride)[0]), 1

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.ConvTranspose2d`."""
        from torch import nn

        channels = inputs[0].channels
        return nn.ConvTranspose2d(
            channels,
            self.out or channels,
            as_pair(self.kernel),
            as_pair(self.stride),
            as_pair(self.padding),
            bias=self.bias,
        )
