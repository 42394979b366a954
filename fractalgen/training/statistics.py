"""Mean and standard deviation of each channel."""

from __future__ import annotations

import torch
from torch import Tensor

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.rows import Rows

_CHUNK_BYTES = 2**24
_LEVELS = 256
_MOST_OFF = 2.0
"""A declared mean that is off by more standard deviations is a mistake."""
_LEAST_SHARE = 0.1
"""A declared standard deviation below this share of the real one is a mistake."""


def normalisation(images: Rows, data: Data) -> tuple[Tensor, Tensor]:
    """Return what is subtracted from the bytes of each channel, and what they are divided by, both `(channels,)`.

    Declared values are for pixels from 0 to 1; the others are those of `images`, 1 byte for a channel that never
    changes.

    Raises:
        TrainError: declared values cannot be those of such images.
    """
    mean, std = _of_bytes(images)
    for name, declared in (("mean", data.mean), ("std", data.std)):
        if declared is not None and len(declared) != len(mean):
            raise TrainError(
                f"`{name}` of the data has {len(declared)} values, the images have {len(mean)} channels",
                "Give one for each channel, or leave it out.",
            )
    chosen_mean = mean if data.mean is None else 255 * torch.tensor(data.mean, dtype=torch.float64)
    chosen_std = std if data.std is None else 255 * torch.tensor(data.std, dtype=torch.float64)
    # 0 and 1 ask for no subtraction and no division.
    _check("mean", chosen_mean, mean, ((chosen_mean - mean).abs() <= _MOST_OFF * std) | (chosen_mean == 0))
    _check("std", chosen_std, std, (chosen_std >= _LEAST_SHARE * std) | (chosen_std == 255))
    return chosen_mean.float(), chosen_std.float()


def _check(name: str, chosen: Tensor, found: Tensor, fits: Tensor) -> None:
    if bool(fits.all()):
        return
    channel = int((~fits).nonzero()[0])
    written, real = float(chosen[channel]) / 255, float(found[channel]) / 255
    raise TrainError(
        f"`{name}` of the data is {written:.4f} for channel {channel}, that of the training images {real:.4f}",
        "Give the values of these images, or leave it out.",
    )


def _of_bytes(images: Rows) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation from counts of each byte, which are exact in any order."""
    channels = images.shape[0]
    counts = torch.zeros(channels, _LEVELS, dtype=torch.int64)
    step = max(1, _CHUNK_BYTES // images.row_bytes)
    for start in range(0, len(images), step):
        chunk = images[start : start + step]
        for channel in range(channels):
            counts[channel] += torch.bincount(chunk[:, channel].reshape(-1), minlength=_LEVELS)
    level = torch.arange(_LEVELS, dtype=torch.float64)
    share = counts / counts.sum(1, keepdim=True).to(torch.float64)
    mean = share @ level
    std = (share * (level - mean[:, None]) ** 2).sum(1).sqrt()
    return mean, torch.where(std > 0, std, 1.0)
