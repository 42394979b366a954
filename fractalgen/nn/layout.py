"""Images as sequences of their pixels, and back."""

from __future__ import annotations

from torch import Tensor, nn


class ToSequence(nn.Module):
    """`(batch, channels, height, width)` -> `(batch, height * width, channels)`.

    Args:
        order: `rows` for one row after another, `columns` for one column after another.
    """

    def __init__(self, order: str = "rows") -> None:
        super().__init__()
        self.order = order

    def forward(self, x: Tensor) -> Tensor:
        """Return the pixels in their order."""
        return (x if self.order == "rows" else x.transpose(2, 3)).flatten(2).transpose(1, 2)


class ToImage(nn.Module):
    """`(batch, height * width, channels)` -> `(batch, channels, height, width)`.

    Args:
        height: Of the image.
        width: Of the image.
        order: `rows` where the sequence has one row after another, `columns` for one column after another.
    """

    def __init__(self, height: int, width: int, order: str = "rows") -> None:
        super().__init__()
        self.height = height
        self.width = width
        self.order = order

    def forward(self, x: Tensor) -> Tensor:
        """Return the image of these pixels."""
        batch, _, channels = x.shape
        if self.order == "rows":
            return x.transpose(1, 2).reshape(batch, channels, self.height, self.width)
        return x.transpose(1, 2).reshape(batch, channels, self.width, self.height).transpose(2, 3)
