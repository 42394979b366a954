"""Mini-batches of augmented training images."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from fractalgen.errors import TrainError
from fractalgen.spec.train import Train
from fractalgen.training.augmentations import AUGMENTATIONS, Augmentation, Batch, Draws, seed_of
from fractalgen.training.parallel import own_rows
from fractalgen.training.samples import Masks, Samples


class Batches:
    """The mini-batches of a run, or what this process has of each.

    The order of an epoch follows from the seed and the epoch, and what an augmentation draws from the seed, its name
    and the step: neither has a state, and none can change another.

    Args:
        images: The training images.
        device: Where the network is.
        classes: How many classes they have.
        recipe: How they are batched and augmented.
        seed: Of order and augmentation.

    Raises:
        TrainError: an augmentation cannot change such images, or the batch cannot be split between processes.
    """

    def __init__(self, images: Samples, device: torch.device, classes: int, recipe: Train, seed: int) -> None:
        self._images = images
        self._classes = classes
        self._recipe = recipe
        self._seed = seed
        self._device = device
        self._augmentations = {each.name: AUGMENTATIONS.get(each.name)(each.options) for each in recipe.augment}
        self._masked = isinstance(images, Masks)
        self._check(images.shape)
        self._mixes = any(augmentation.mixes for augmentation in self._augmentations.values())
        self._generator = torch.Generator()
        self._order = torch.empty(0, dtype=torch.int64)
        self._epoch = 0
        # A last batch of another size would cost speed, and batch norm fails on a single image.
        self.per_epoch = max(1, len(images) // recipe.batch)
        self.size = min(recipe.batch, len(images))
        self._rows = own_rows(self.size)

    def start(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 1."""
        self._epoch = epoch
        generator = self._generator.manual_seed(seed_of(self._seed, "order", epoch))
        self._order = torch.randperm(len(self._images), generator=generator).to(self._device)

    def get(self, step: int) -> tuple[Tensor, Tensor]:
        """Return images and targets of a step of the epoch, counted from 0: the rows of this process."""
        index = self._order[step * self.size : (step + 1) * self.size]
        # What mixes images needs all of them, whichever process has them.
        rows = slice(0, self.size) if self._mixes else self._rows
        images, targets = (tensor.to(self._device) for tensor in self._images.batch(index[rows]))
        if self._mixes:
            targets = F.one_hot(targets, self._classes).to(images.dtype)
        batch = Batch(images, targets, index[rows].to(self._device), self._epoch)
        for name, augmentation in self._augmentations.items():
            seed = seed_of(self._seed, name, self._epoch, step)
            draws = Draws(self._generator.manual_seed(seed), self.size, rows, self._device)
            batch = _together(augmentation, batch, draws) if self._masked else augmentation(batch, draws)
        own = self._rows if self._mixes else slice(None)
        return self._laid_out(batch.images[own]), batch.targets[own]

    def _laid_out(self, images: Tensor) -> Tensor:
        last = self._recipe.channels_last and images.ndim == 4
        return images.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)

    def _check(self, shape: tuple[int, ...]) -> None:
        for name, augmentation in self._augmentations.items():
            if len(shape) != 3:
                raise TrainError(f"{name} changes images, and the data have none", "Take it out of `augment:`.")
            if self._masked and augmentation.mixes:
                raise TrainError(f"{name} mixes labels, and the data have masks", "Take it out of `augment:`.")
            augmentation.check(shape)


def _together(augmentation: Augmentation, batch: Batch, draws: Draws) -> Batch:
    """Let an augmentation that moves pixels move the masks along; what moves in is background."""
    if not augmentation.moves:
        return augmentation(batch, draws)
    masks = batch.targets[:, None].to(batch.images.dtype)
    moved = augmentation(replace(batch, images=torch.cat([batch.images, masks], 1)), draws)
    return replace(moved, images=moved.images[:, :-1], targets=moved.images[:, -1].to(batch.targets.dtype))
