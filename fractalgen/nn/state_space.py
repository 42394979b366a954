"""State-space layers over `(batch, length, channels)`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SelectiveScan(nn.Module):
    """The selective state-space layer S6 (Gu and Dao, Mamba, arXiv 2312.00752, algorithm 2) in plain torch.

    Each channel c has `state` numbers h that run along the sequence:

        h_t = exp(d_t A) h_(t-1) + d_t B_t x_t,    y_t = C_t h_t + D x_t,

    with A diagonal and below 0, and d (one a channel), B and C (shared by the channels) computed from x_t. The sequence
    is cut into about sqrt(length) chunks which run side by side, and the state at the end of each is carried into the
    next: 2 sqrt(length) steps in place of `length`, with no power of a decay ever inverted.

    Args:
        channels: Features at each position.
        state: Numbers of the state, for each channel.
        rank: Width of what d is computed from.
        reverse: Whether the scan runs from the end to the beginning.
    """

    def __init__(self, channels: int, state: int, rank: int, *, reverse: bool = False) -> None:
        super().__init__()
        self.channels = channels
        self.state = state
        self.rank = rank
        self.reverse = reverse
        self.select = nn.Linear(channels, rank + 2 * state, bias=False)
        self.step = nn.Linear(rank, channels, bias=False)
        # Flat, as decay rates are no matrix that weight decay or orthogonalisation may touch. S4D-real: A = -1, -2, ...
        self.log_decay = nn.Parameter(torch.arange(1.0, state + 1).log().repeat(channels))
        self.skip = nn.Parameter(torch.ones(channels))
        # Steps from 0.001 to 0.1, evenly in their logarithm, through the inverse of softplus.
        first = 0.001 * torch.pow(100.0, torch.rand(channels))
        self.shift = nn.Parameter(first + torch.log(-torch.expm1(-first)))

    def forward(self, x: Tensor) -> Tensor:
        """Return the scanned sequence, of the shape of `x`."""
        source = x.flip(1) if self.reverse else x
        low, read_in, read_out = self.select(source).split([self.rank, self.state, self.state], dim=-1)
        states = self.states(source, F.softplus(self.step(low) + self.shift), read_in)
        y: Tensor = (states @ read_out.unsqueeze(-1)).squeeze(-1) + self.skip * source
        return y.flip(1) if self.reverse else y

    def states(self, x: Tensor, step: Tensor, read_in: Tensor) -> Tensor:
        """Return h at every position, `(batch, length, channels, state)`.

        Args:
            x: `(batch, length, channels)`.
            step: d, of the same shape.
            read_in: B, `(batch, length, state)`.
        """
        batch, length, channels = x.shape
        chunk = int((length - 1) ** 0.5) + 1
        chunks = -(-length // chunk)
        # What is added at the end has steps of 0, which leave the state as it is.
        padding = (0, 0, 0, chunks * chunk - length)
        parts = (batch, chunks, chunk)
        cut = F.pad(step, padding).view(*parts, channels, 1)
        drive = F.pad(step * x, padding).view(*parts, channels, 1) * F.pad(read_in, padding).view(*parts, 1, self.state)
        rate = -self.log_decay.exp().view(channels, self.state)
        # Unbound once: a slice in every step would have a gradient as large as the whole in every step.
        decays, drives = torch.exp(cut * rate).unbind(2), drive.unbind(2)
        local = [drives[0]]
        for decay, push in zip(decays[1:], drives[1:], strict=True):
            local.append(torch.addcmul(push, decay, local[-1]))
        # The product of the decays since the chunk began.
        since = torch.exp(cut.cumsum(2) * rate)
        over, ends = since[:, :, -1].unbind(1), local[-1].unbind(1)
        carried = [torch.zeros_like(ends[0])]
        for decay, end in zip(over[:-1], ends[:-1], strict=True):
            carried.append(torch.addcmul(end, decay, carried[-1]))
        whole = torch.stack(local, 2) + since * torch.stack(carried, 1).unsqueeze(2)
        return whole.flatten(1, 2)[:, :length]
