"""A residual stream that is wider than one tensor: n streams, which sites read and write.

Streams are `(batch, n, channels, height, width)` or `(batch, n, ..., channels)`. The weights of a site are a matrix of
n rows and n + 2 columns (read, write, and the mix into each new stream), row after row in the channels of one tensor:
`(batch, n (n + 2))`, or with positions where each has weights of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class OpenStreams(nn.Module):
    """Copies `x` into each of n streams."""

    def __init__(self, streams: int) -> None:
        super().__init__()
        self.streams = streams

    def forward(self, x: Tensor) -> Tensor:
        """Return the streams."""
        return x.unsqueeze(1).expand(-1, self.streams, *x.shape[1:])


class CloseStreams(nn.Module):
    """Adds the streams up."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, state: Tensor) -> Tensor:
        """Return their sum."""
        return state.sum(1)


class StreamModule(nn.Module):
    """A part of a site.

    Args:
        streams: Number of streams.
        images: Whether channels stand in front of height and width, rather than last.
    """

    def __init__(self, streams: int, *, images: bool = True) -> None:
        super().__init__()
        self.streams = streams
        self.images = images

    def rows(self, state: Tensor) -> Tensor:
        """Return the streams of each position as a matrix, `(batch, ..., streams, channels)`."""
        return state.movedim((1, 2), (-2, -1)) if self.images else state.movedim(1, -2)

    def packed(self, weights: Tensor) -> Tensor:
        """Return the matrices of all positions, `(batch, ..., streams, streams + 2)`, as one tensor."""
        flat = weights.flatten(-2)
        return flat.movedim(-1, 1) if self.images else flat

    def opened(self, state: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return streams and weights as matrices of one precision: of each position, or else of each sample."""
        by_position = weights.dim() > 2
        if by_position and self.images:
            weights = weights.movedim(1, -1)
        rows = self.rows(state) if by_position else state.flatten(2)
        kind = torch.promote_types(rows.dtype, weights.dtype)
        matrix = weights.reshape(*weights.shape[:-1], self.streams, self.streams + 2)
        return rows.to(kind), matrix.to(kind)


class StreamRead(StreamModule):
    """The weighted sum of the streams, `A_m^T H`; called as `read([state, weights], kept)`."""

    def forward(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return what the layer reads."""
        state, weights = values
        if torch.is_autocast_enabled(state.device.type):
            # Mixed precision would round the residual stream itself at every site.
            with torch.autocast(state.device.type, enabled=False):
                return self.forward(values, kept)
        rows, matrix = self.opened(state, weights)
        read = (matrix[..., None, :, 0] @ rows).squeeze(-2)
        if weights.dim() == 2:
            return read.reshape(state.shape[0], *state.shape[2:])
        return read.movedim(-1, 1) if self.images else read


class StreamWrite(StreamModule):
    """The new streams, `A_r^T H + B^T y` for a layer's output y; called as `write([state, weights, y], kept)`."""

    def forward(self, values: Sequence[Tensor], kept: Sequence[int]) -> Tensor:
        """Return the streams."""
        state, weights, y = values
        if torch.is_autocast_enabled(state.device.type):
            with torch.autocast(state.device.type, enabled=False):
                return self.forward(values, kept)
        rows, matrix = self.opened(state, weights)
        written = self.opened(y.unsqueeze(1), weights)[0].to(rows.dtype)
        rows = matrix[..., 2:].mT @ rows + matrix[..., 1:2] @ written
        if weights.dim() == 2:
            return rows.reshape(state.shape)
        return rows.movedim((-2, -1), (1, 2)) if self.images else rows.movedim(-2, 1)


class StaticConnection(nn.Module):
    """Learned weights (arXiv 2409.19606, equations 2 and 14).

    Args:
        streams: Number of streams n.
        site: The site's number in its bus; it begins by reading stream `site` mod n.
    """

    def __init__(self, streams: int, site: int = 0) -> None:
        super().__init__()
        self.streams = streams
        self.site = site
        self.read = nn.Parameter(torch.eye(streams)[site % streams].clone())
        self.write = nn.Parameter(torch.ones(streams))
        self.mix = nn.Parameter(torch.eye(streams))

    def forward(self, state: Tensor) -> Tensor:
        """Return the weights, `(batch, streams (streams + 2))`, the same for every sample."""
        return self.matrix().flatten().expand(state.shape[0], -1)

    def matrix(self) -> Tensor:
        """Return the weights as a matrix."""
        return torch.cat([self.read[:, None], self.write[:, None], self.mix], 1)


class DynamicConnection(StreamModule):
    """Learned weights, plus what the features of each stream say (arXiv 2409.19606, equations 10 to 13).

    Args:
        streams: Number of streams.
        channels: Features at each position of a stream.
        site: The site's number in its bus.
        images: Whether channels stand in front of height and width, rather than last.
    """

    def __init__(self, streams: int, channels: int, site: int = 0, *, images: bool = True) -> None:
        super().__init__(streams, images=images)
        self.channels = channels
        self.site = site
        self.static = StaticConnection(streams, site)
        self.norm = nn.LayerNorm(channels)
        self.features = nn.Parameter(torch.zeros(channels, streams + 2))
        self.mix_scale = nn.Parameter(torch.tensor(0.01))
        self.write_scale = nn.Parameter(torch.tensor(0.01))

    def forward(self, state: Tensor) -> Tensor:
        """Return the weights of each position."""
        said = (self.norm(self.rows(state)) @ self.features).tanh()
        scales = torch.stack([self.mix_scale, self.write_scale, *[self.mix_scale] * self.streams])
        return self.packed(self.static.matrix() + scales * said)


class ManifoldConnection(StreamModule):
    """Weights that keep what flows through the streams bounded (arXiv 2512.24880, equations 7 to 9).

    The paper gives no first values for the biases; they are 0 here, and the projection is drawn as torch draws that of
    a linear layer: with a projection of zeros, equal streams would stay equal for ever.

    Args:
        streams: Number of streams n.
        channels: Features at each position of a stream.
        rounds: Rounds of Sinkhorn and Knopp's iteration.
        images: Whether channels stand in front of height and width, rather than last.
    """

    def __init__(self, streams: int, channels: int, rounds: int = 20, *, images: bool = True) -> None:
        super().__init__(streams, images=images)
        self.channels = channels
        self.rounds = rounds
        self.projection = nn.Parameter(torch.empty(streams * (streams + 2), streams * channels))
        nn.init.kaiming_uniform_(self.projection, a=5**0.5)
        self.bias = nn.Parameter(torch.zeros(streams * (streams + 2)))
        self.gates = nn.Parameter(torch.full((3,), 0.01))

    def forward(self, state: Tensor) -> Tensor:
        """Return the weights of each position."""
        n = self.streams
        features = self.rows(state).flatten(-2)
        logits = F.linear(F.rms_norm(features, features.shape[-1:]), self.projection)
        gates = torch.cat([gate.expand(size) for gate, size in zip(self.gates, (n, n, n * n), strict=True)])
        read, write, mix = torch.split(logits * gates + self.bias, [n, n, n * n], -1)
        mixed = self.doubly_stochastic(mix.reshape(*mix.shape[:-1], n, n))
        weights = torch.cat([read.sigmoid()[..., None], 2 * write.sigmoid()[..., None], mixed.mT], -1)
        return self.packed(weights)

    def doubly_stochastic(self, logits: Tensor) -> Tensor:
        """Return exp(logits) with columns, then rows, made to sum to 1 in every round; logarithms never overflow."""
        # With the positions last in memory, a round is seven times as fast on a CPU as with rows of n numbers.
        table = logits.movedim((-2, -1), (0, 1)).contiguous()
        for _ in range(self.rounds):
            table = table.log_softmax(0).log_softmax(1)
        return table.exp().movedim((0, 1), (-2, -1))
