"""Zeros around an image and behind its channels, or less of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fractalgen.errors import ShapeError
from fractalgen.ir.ops._windows import image
from fractalgen.ir.parts import Op, Pair, Types, as_pair, field
from fractalgen.ir.types import TensorType

if TYPE_CHECKING:
    from torch import nn

MOST = 10_000


@dataclass(frozen=True)
class Pad(Op):
    """Add zeros on both sides of each axis, `(channels, height, width) -> (channels', height', width')`.

    A negative number takes elements away: `height: [1, -1]` shifts an image down by one row, `-4` crops four rows at
    the top and at the bottom, and `channels: [0, 16]` is the shortcut without weights of arXiv 1512.03385 (option A).
    """

    channels: int | Pair = field(0, minimum=-MOST, maximum=MOST)
    """Channels in front and behind: one number for both, or [in front, behind]."""
    height: int | Pair = field(0, minimum=-MOST, maximum=MOST)
    """Rows at the top and at the bottom."""
    width: int | Pair = field(0, minimum=-MOST, maximum=MOST)
    """Columns on the left and on the right."""

    @property
    def is_noop(self) -> bool:  # type: ignore[override]
        """True where nothing is added or taken."""
        return self.channels == self.height == self.width == 0

    def infer(self, inputs: Types) -> TensorType:
        """Return the type with the sizes changed.

        Raises:
            ShapeError: nothing would be left of an axis.
        """
        source = image("pad", inputs[0])
        sides = (as_pair(self.channels), as_pair(self.height), as_pair(self.width))
        for name, size, (before, after) in zip(("channels", "height", "width"), source.shape, sides, strict=True):
            if size + min(before, 0) + min(after, 0) < 1:
                raise ShapeError(
                    f"pad.{name} takes {-min(before, 0)} and {-min(after, 0)} of {size} away, found {source}",
                    "Leave at least one.",
                )
        channels, height, width = (size + sum(side) for size, side in zip(source.shape, sides, strict=True))
        return TensorType((channels, height, width))

    def build(self, inputs: Types) -> nn.Module:
        """Return a `torch.nn.ZeroPad3d`, whose three axes are channels, height and width."""
        from torch import nn

        del inputs
        return nn.ZeroPad3d((*as_pair(self.width), *as_pair(self.height), *as_pair(self.channels)))
