"""Images on a device, split for training and validation, with the test images out of reach until the end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from fractalgen.errors import TrainError
from fractalgen.spec.data import Data
from fractalgen.training.sources import SOURCES, Glance, Source
from fractalgen.training.split import split


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled images, stored as bytes and made floats a batch at a time.

    Attributes:
        images: `(count, channels, height, width)`, uint8.
        labels: `(count,)`, int64.
        mean: `(channels,)`, of the training images.
        std: `(channels,)`, of the training images.
    """

    images: Tensor
    labels: Tensor
    mean: Tensor
    std: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    def batch(self, index: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return the chosen images, `(batch, channels, height, width)`, each channel around 0, and their labels."""
        images = self.images[index].to(torch.float32)
        return images.sub_(self.mean[:, None, None]).div_(self.std[:, None, None]), self.labels[index]

    def to(self, device: torch.device) -> Images:
        """Return these images on `device`."""
        moved = (tensor.to(device) for tensor in (self.images, self.labels, self.mean, self.std))
        return Images(*moved)


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a network is trained and scored on.

    The test images are not in here: they are read when `final_test` is called, which only the last step of a
    training run, `evaluate`, and the end of a search do.

    Attributes:
        train: To train on.
        validation: To choose by.
        classes: How many classes the training images have.
        digest: Of the content and the split.
    """

    train: Images
    validation: Images
    classes: int
    digest: str
    _source: Source = field(repr=False)

    def final_test(self) -> Images:
        """Return the test images, for the one evaluation after which nothing is chosen any more.

        Raises:
            TrainError: they cannot be read, or do not fit the training images.
        """
        found = self._source.test()
        channels, height, width = found.images.shape[1:]
        self._check(Glance((channels, height, width), int(found.labels.max())))
        return replace(self.train, images=found.images, labels=found.labels)

    def check_test(self) -> None:
        """Check what can be known of the test images without reading them.

        Raises:
            TrainError: `final_test` would fail.
        """
        glance = self._source.glance()
        if glance is not None:
            self._check(glance)

    def _check(self, test: Glance) -> None:
        if test.shape != self.train.shape:
            raise TrainError(f"the test images are {_size(test.shape)}, the training images {_size(self.train.shape)}")
        if test.highest is not None and test.highest >= self.classes:
            message = f"the test images have a label {test.highest}, the training images end at {self.classes - 1}"
            raise TrainError(message)


def load_data(data: Data) -> Dataset:
    """Return the training and validation images that `data` describes.

    Raises:
        TrainError: they are not there, cannot be read, or are too few; or the test images do not fit them.
    """
    source = SOURCES.get(data.source)(data)
    digest = hashlib.sha256(f"{source.digest()} {data.val_fraction!r} {data.seed}".encode()).hexdigest()
    found = source.train()
    kept, cut = split(found.labels, data.val_fraction, data.seed)
    if not len(kept) or not len(cut):
        raise TrainError(
            f"{len(found.labels)} training images cannot be split into {1 - data.val_fraction:g} and "
            f"{data.val_fraction:g}",
            "Take more images, or another val_fraction.",
        )
    mean, std = _statistics(found.images[kept])
    train, validation = (Images(found.images[part], found.labels[part], mean, std) for part in (kept, cut))
    dataset = Dataset(train, validation, int(found.labels.max()) + 1, digest, source)
    dataset.check_test()
    return dataset


def _statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of each channel; 1 for a channel that never changes."""
    channels = [images[:, channel].to(torch.float64) for channel in range(images.shape[1])]
    mean = torch.stack([channel.mean() for channel in channels])
    std = torch.stack([channel.std(correction=0) for channel in channels])
    return mean.float(), torch.where(std > 0, std, 1.0).float()


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
