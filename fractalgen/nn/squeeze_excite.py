"""Channel attention."""

from __future__ import annotations

from torch import Tensor, nn


class SqueezeExcite(nn.Module):
    """x * sigmoid(W2 relu(W1 mean(x))) for `(batch, channels, height, width)` (arXiv 1709.01507, equations 2 to 4)."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.channels = channels
        self.hidden = hidden
        self.reduce = nn.Linear(channels, hidden)
        self.expand = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` with its channels scaled."""
        scale = self.expand(self.reduce(x.mean((2, 3))).relu()).sigmoid()
        out: Tensor = x * scale[:, :, None, None]
        return out
