"""What is counted of the values at one point, a batch at a time."""

from __future__ import annotations

import torch
from torch import Tensor

from fractalgen.analyses.magnitudes import channel_means, magnitudes, massive, over_channels, sum_by_channel
from fractalgen.analyses.points import Point

SHOWN_CHANNELS = 8


class Tally:
    """Magnitudes and massive activations at one point; what it keeps does not grow with the samples.

    Args:
        point: Where.
        above: See `Magnitudes.bound`.
        ratio: See `Magnitudes.bound`.
    """

    def __init__(self, point: Point, above: float, ratio: float) -> None:
        self.point = point
        self.samples = 0
        self.samples_with_massive = 0
        self._bounds = (above, ratio)
        self._sizes = torch.zeros(3, dtype=torch.float64)
        self._sums = torch.zeros(point.type.channels, dtype=torch.float64)
        self._counts = torch.zeros(point.type.channels, dtype=torch.float64)

    def add(self, value: Tensor) -> None:
        """Count a batch, `(batch, *shape)`."""
        found = magnitudes(value)
        where = massive(value, found.bound(*self._bounds))
        self.samples += len(value)
        self.samples_with_massive += int(where.flatten(1).any(1).sum())
        sizes = torch.stack([found.largest, found.third, found.median])
        self._sizes += sizes.double().sum(1).cpu()
        self._sums += sum_by_channel(self.point.type, (value * where).double()).cpu()
        self._counts += sum_by_channel(self.point.type, where.double()).cpu()

    @property
    def massive(self) -> int:
        """How many massive activations there were."""
        return int(self._counts.sum())

    def means(self) -> tuple[float, float, float]:
        """Return the largest, the third largest and the median magnitude, means over samples."""
        largest, third, median = (self._sizes / max(1, self.samples)).tolist()
        return largest, third, median

    def channels(self) -> tuple[int, ...]:
        """Return the channels with most massive activations, the first the most; at most `SHOWN_CHANNELS`."""
        order = self._counts.argsort(descending=True, stable=True).tolist()
        return tuple(channel for channel in order if self._counts[channel] > 0)[:SHOWN_CHANNELS]

    def zeroed(self, value: Tensor) -> Tensor:
        """Return a batch with its massive activations set to zero."""
        return value.masked_fill(self._massive(value), 0)

    def averaged(self, value: Tensor) -> Tensor:
        """Return a batch with its massive activations set to the mean of all that were counted in their channel."""
        means = channel_means(self._sums, self._counts).to(value.device, value.dtype)
        spread = over_channels(self.point.type, means).expand_as(value)
        return torch.where(self._massive(value), spread, value)

    def _massive(self, value: Tensor) -> Tensor:
        return massive(value, magnitudes(value).bound(*self._bounds))
