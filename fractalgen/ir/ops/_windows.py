"""Arithmetic that convolution and pooling share."""

from __future__ import annotations

from typing import Literal

from fractalgen.errors import ParameterError, ShapeError
from fractalgen.ir.parts import Pair, as_pair
from fractalgen.ir.types import TensorType


def image(op: str, source: TensorType) -> TensorType:
    """Return `source` if it is an image.

    Raises:
        ShapeError: it is not `(channels, height, width)`.
    """
    if len(source.shape) != 3:
        raise ShapeError(
            f"{op} needs an image (channels, height, width), found {source}",
            f"Put {op} before flatten or global pooling.",
        )
    return source


def pad_of(op: str, padding: int | Pair | Literal["same"], kernel: int | Pair, dilation: int | Pair) -> Pair:
    """Return the padding on each side.

    Raises:
        ParameterError: `same` with an even kernel, which no symmetric padding can give.
    """
    if padding != "same":
        return as_pair(padding)
    (high, wide), (down, across) = as_pair(kernel), as_pair(dilation)
    if (down * (high - 1)) % 2 or (across * (wide - 1)) % 2:
        raise ParameterError(
            f"{op}.padding 'same' needs an odd kernel, found {kernel}",
            "Give padding as a number, or an odd kernel.",
        )
    return down * (high - 1) // 2, across * (wide - 1) // 2


def slide(
    op: str, source: TensorType, kernel: int | Pair, stride: int | Pair, pad: Pair, dilation: int | Pair = 1
) -> Pair:
    """Return height and width after a window slid over `source`.

    Raises:
        ShapeError: the window is larger than the padded image.
    """
    sizes = []
    for axis in (0, 1):
        reach = as_pair(dilation)[axis] * (as_pair(kernel)[axis] - 1) + 1
        room = source.shape[1 + axis] + 2 * pad[axis] - reach
        if room < 0:
            raise ShapeError(
                f"{op} needs at least {reach - 2 * pad[axis]} pixels in height and width, found {source}",
                "Pool fewer times, or use a larger input.",
            )
        sizes.append(room // as_pair(stride)[axis] + 1)
    return sizes[0], sizes[1]
