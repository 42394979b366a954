"""How large the numbers of a hidden state are (Sun, Chen, Kolter, Liu, arXiv 2402.17762)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from fractalgen.ir.types import TensorType


@dataclass(frozen=True, eq=False)
class Magnitudes:
    """The magnitudes of hidden states, one a sample.

    Attributes:
        largest: `(batch,)`.
        third: `(batch,)`, the third largest; the least of a state of fewer numbers.
        median: `(batch,)`, of an even count the mean of the two in the middle.
    """

    largest: Tensor
    third: Tensor
    median: Tensor

    def bound(self, above: float, ratio: float) -> Tensor:
        """Return what massive activations are larger than, `(batch,)`.

        Args:
            above: The least bound; 100 in the paper.
            ratio: How many times the median; 1,000 in the paper.
        """
        return (ratio * self.median).clamp(min=above)


def magnitudes(value: Tensor) -> Magnitudes:
    """Return the largest, the third largest and the median magnitude of each sample of `value`, `(batch, *shape)`."""
    size = value.abs().flatten(1)
    count = size.shape[1]
    top = size.topk(min(3, count), dim=1).values
    # torch.median takes the lower of the two in the middle.
    low, high = (size.kthvalue(place, dim=1).values for place in ((count + 1) // 2, count // 2 + 1))
    return Magnitudes(top[:, 0], top[:, -1], (low + high) / 2)


def massive(value: Tensor, bound: Tensor) -> Tensor:
    """Return which numbers of `value`, `(batch, *shape)`, are massive: |x| > `bound`, `(batch,)`, of their sample."""
    return value.abs() > bound.view(-1, *[1] * (value.ndim - 1))


def channel_means(sums: Tensor, counts: Tensor) -> Tensor:
    """Return the mean of each channel, `(channels,)`; 0 where nothing was counted."""
    return sums / counts.clamp(min=1)


def over_channels(type_: TensorType, per_channel: Tensor) -> Tensor:
    """Return `(channels,)` in a shape that spreads over a batch of values of a type."""
    return per_channel[:, None, None] if len(type_.stream.shape) == 3 else per_channel


def sum_by_channel(type_: TensorType, value: Tensor) -> Tensor:
    """Return the sums over everything but the channels, `(channels,)`, of a batch of values of a type."""
    axis = -3 if len(type_.stream.shape) == 3 else -1
    return value.movedim(axis, 0).flatten(1).sum(1)
