"""Attention over `(batch, length, channels)`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SelfAttention(nn.Module):
    """Multi-head self-attention (arXiv 1706.03762, section 3.2).

    Args:
        channels: Features at each position.
        heads: Heads; divides `channels`.
        bias: Whether the four projections have a bias.
        causal: Whether a position sees only itself and those before it.
    """

    def __init__(self, channels: int, heads: int, *, bias: bool = True, causal: bool = False) -> None:
        super().__init__()
        self.channels = channels
        self.heads = heads
        self.bias = bias
        self.causal = causal
        self.query_key_value = nn.Linear(channels, 3 * channels, bias)
        self.out = nn.Linear(channels, channels, bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the attended sequence, of the shape of `x`."""
        batch, length, channels = x.shape
        parts = self.query_key_value(x).view(batch, length, 3, self.heads, channels // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, channels))
        return out


class SinusoidalEncoding(nn.Module):
    """Adds sines and cosines of each position (arXiv 1706.03762, section 3.5)."""

    table: Tensor

    def __init__(self, length: int, channels: int) -> None:
        super().__init__()
        self.length = length
        self.channels = channels
        position = torch.arange(length, dtype=torch.float32)[:, None]
        rate = 10_000 ** (-torch.arange(0, channels, 2, dtype=torch.float32) / channels)
        table = torch.zeros(length, channels)
        table[:, 0::2] = (position * rate).sin()
        table[:, 1::2] = (position * rate).cos()[:, : channels // 2]
        self.register_buffer("table", table, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` plus the code of each position."""
        return x + self.table


class LearnedEncoding(nn.Module):
    """Adds a learned vector for each position."""

    def __init__(self, length: int, channels: int) -> None:
        super().__init__()
        self.length = length
        self.channels = channels
        self.table = nn.Parameter(torch.empty(length, channels).normal_(std=0.02))

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` plus the vector of each position."""
        return x + self.table
