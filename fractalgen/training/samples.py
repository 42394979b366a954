"""What a network sees in a batch: images with labels or with masks, or windows of tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from fractalgen.training.rows import Rows

CPU = torch.device("cpu")


class Samples(ABC):
    """Inputs and targets, stored small and made into what a network takes a batch at a time.

    Attributes:
        rows: What is stored.
        device: Where batches go; the rows are there too when there is room for them.
    """

    rows: Rows
    device: torch.device

    def __len__(self) -> int:
        return len(self.rows)

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Sizes of one input."""

    @property
    @abstractmethod
    def positions(self) -> tuple[int, ...]:
        """Sizes of one target: empty for one label; the length, or height and width, for a label at each place."""

    @abstractmethod
    def batch(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return inputs, `(batch, *shape)`, and targets, `(batch, *positions)`, int64, on `device`."""

    @abstractmethod
    def probe(self) -> Tensor:
        """Return one input, `(1, *shape)`, that a network must be able to take if it takes any."""

    @abstractmethod
    def to(self, device: torch.device) -> Self:
        """Return these samples on `device`."""


class Pictures(Samples):
    """Images, stored as bytes.

    Attributes:
        rows: `(count, channels, height, width)`, uint8.
        mean: `(channels,)`, subtracted from the bytes.
        std: `(channels,)`, divided by after that.
    """

    mean: Tensor
    std: Tensor

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        channels, height, width = self.rows.shape
        return channels, height, width

    def probe(self) -> Tensor:
        """Return the first image."""
        return self.batch(slice(1))[0]

    def normalised(self, index: Tensor | slice) -> Tensor:
        """Return the chosen images, `(batch, channels, height, width)`, each channel around 0, on `device`."""
        # Bytes move faster than floats.
        images = self.rows[index].to(self.device).to(torch.float32)
        return images.sub_(self.mean[:, None, None]).div_(self.std[:, None, None])


@dataclass(frozen=True, eq=False)
class Images(Pictures):
    """Labelled images, stored as bytes.

    Attributes:
        rows: `(count, channels, height, width)`, uint8.
        labels: `(count,)`, int64.
        mean: `(channels,)`, subtracted from the bytes.
        std: `(channels,)`, divided by after that.
        device: Where batches go.
    """

    rows: Rows
    labels: Tensor
    mean: Tensor
    std: Tensor
    device: torch.device = CPU

    @property
    def images(self) -> Tensor:
        """The bytes of all images; in memory, even where they were not before."""
        return self.rows[:]

    @property
    def positions(self) -> tuple[int, ...]:
        """One label an image."""
        return ()

    def batch(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return the chosen images, `(batch, channels, height, width)`, each channel around 0, and their labels."""
        return self.normalised(index), self.labels[index]

    def to(self, device: torch.device) -> Images:
        """Return these images on `device`; the bytes stay where they are when there is no room for them."""
        labels, mean, std = (tensor.to(device) for tensor in (self.labels, self.mean, self.std))
        return Images(self.rows.to(device), labels, mean, std, device)


@dataclass(frozen=True, eq=False)
class Masks(Pictures):
    """Images with a class for each pixel, both stored as bytes.

    Attributes:
        rows: `(count, channels, height, width)`, uint8.
        masks: `(count, height, width)`, uint8.
        mean: `(channels,)`, subtracted from the bytes of images.
        std: `(channels,)`, divided by after that.
        device: Where batches go.
    """

    rows: Rows
    masks: Rows
    mean: Tensor
    std: Tensor
    device: torch.device = CPU

    @property
    def positions(self) -> tuple[int, ...]:
        """Height and width: one class a pixel."""
        return self.masks.shape

    def batch(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return the chosen images, `(batch, channels, height, width)`, and masks, `(batch, height, width)`, int64."""
        return self.normalised(index), self.masks[index].to(self.device).to(torch.int64)

    def to(self, device: torch.device) -> Masks:
        """Return these samples on `device`; the bytes stay where they are when there is no room for them."""
        mean, std = self.mean.to(device), self.std.to(device)
        return Masks(self.rows.to(device), self.masks.to(device), mean, std, device)


@dataclass(frozen=True, eq=False)
class Tokens(Samples):
    """Windows of a sequence of tokens; the target at each place is the token after it.

    Attributes:
        rows: `(count, length + 1)`, uint8 or int16, whose bits are those of a token below 65,536.
        vocabulary: How many tokens there are.
        device: Where batches go.
    """

    rows: Rows
    vocabulary: int
    device: torch.device = CPU

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of a window."""
        return (self.rows.shape[0] - 1,)

    @property
    def positions(self) -> tuple[int, ...]:
        """One target a token."""
        return self.shape

    def batch(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return windows and the same windows one token later, both `(batch, length)`, int64."""
        windows = self.rows[index].to(self.device).to(torch.int64) & 0xFFFF
        return windows[:, :-1].contiguous(), windows[:, 1:].contiguous()

    def probe(self) -> Tensor:
        """Return a window of the highest token, which an embedding that is too small cannot take."""
        return torch.full((1, *self.shape), self.vocabulary - 1, device=self.device)

    def to(self, device: torch.device) -> Tokens:
        """Return these windows on `device`; the tokens stay where they are when there is no room for them."""
        return replace(self, rows=self.rows.to(device), device=device)
