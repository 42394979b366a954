"""Attention over `(batch, length, channels)`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SelfAttention(nn.Module):
    """Multi-head self-attention (arXiv 1706.03762, section 3.2), with DropAttention in training (arXiv 1907.11065).

    Args:
        channels: Features at each position.
        heads: Heads; divides `channels`.
        bias: Whether the four projections have a bias.
        causal: Whether a position sees only itself and those before it.
        drop_rate: Probability, roughly, that training drops an attention weight: p of the paper.
        drop_span: How many neighbouring keys are dropped together: w; a span begins at a key with probability p / w.
        drop_kind: `column` drops keys for all queries of a head, `element` drops for each query keys of its own.
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        *,
        bias: bool = True,
        causal: bool = False,
        drop_rate: float = 0.0,
        drop_span: int = 1,
        drop_kind: str = "column",
    ) -> None:
        super().__init__()
        self.channels = channels
        self.heads = heads
        self.bias = bias
        self.causal = causal
        self.drop_rate = drop_rate
        self.drop_span = drop_span
        self.drop_kind = drop_kind
        self.query_key_value = nn.Linear(channels, 3 * channels, bias)
        self.out = nn.Linear(channels, channels, bias)
        self.realised_rate = torch.zeros(())
        """Share of the attention weights that the last pass in training dropped."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the attended sequence, of the shape of `x`."""
        batch, length, channels = x.shape
        parts = self.query_key_value(x).view(batch, length, 3, self.heads, channels // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        if self.training and self.drop_rate > 0:
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=self.kept(batch, length, x.device))
        else:
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, channels))
        return out

    def kept(self, batch: int, length: int, device: torch.device) -> Tensor:
        """Draw which attention weights stay, `(batch, heads, length, length)`, queries before keys.

        What stays is normalised to 1 by the softmax, as if the others had a logit of minus infinity. A query that would
        lose all that it sees loses nothing.
        """
        seen = torch.ones(length, length, dtype=torch.bool, device=device)
        if self.causal:
            seen = seen.tril()
        queries = 1 if self.drop_kind == "column" else length
        starts = torch.empty(batch, self.heads, queries, length, device=device)
        starts.bernoulli_(self.drop_rate / self.drop_span)
        reach = min(self.drop_span, length)
        spans = F.max_pool2d(F.pad(starts, (reach - 1, 0)), (1, reach), 1)
        kept = seen & (spans == 0)
        kept = torch.where(kept.any(-1, keepdim=True), kept, seen)
        self.realised_rate = 1 - kept.sum() / (seen.sum() * batch * self.heads)
        return kept


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
