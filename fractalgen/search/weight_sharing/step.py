"""One step of one network of a supernet."""

from __future__ import annotations

import torch
from torch import Tensor

from fractalgen.compiler.supernet import Subnet, WeightStore
from fractalgen.spec.train import Train
from fractalgen.training.augmentations import seed_of
from fractalgen.training.dataset import Dataset
from fractalgen.training.steps import Steps


class SharedStep(Steps):
    """The ordinary step, on weights and on an optimizer's state that come from a store and go back to it.

    What the network does not have stays as it is in the store to the last bit: its weights neither decay nor move on
    with their momentum, and the same holds for the channels of a kernel that a narrower network does not use.

    Args:
        subnet: What is trained; its weights are those of the store.
        recipe: How.
        dataset: On what.
        seed: Of order, augmentation, dropout and drop-path.
    """

    def __init__(self, subnet: Subnet, recipe: Train, dataset: Dataset, seed: int) -> None:
        super().__init__(subnet.network, recipe, dataset, seed)
        self._subnet = subnet
        self._drop_path_seed = seed

    def take(self, store: WeightStore, epoch: int, index: int) -> Tensor:
        """Take step `index`, counted from 0, of an epoch, counted from 1; return its loss."""
        self._subnet.load_state(store, self._optimizer)
        self.done = index
        self.network.train()
        self._batches.start(epoch)
        self._seed_drop_path((epoch - 1) * self.per_epoch + index)
        self._begin(epoch)
        loss = self._step()
        self._subnet.save(store)
        self._subnet.save_state(store, self._optimizer)
        return loss

    def _seed_drop_path(self, step: int) -> None:
        if self._dropping is not None:
            generator = torch.Generator().manual_seed(seed_of(self._drop_path_seed, "drop_path", step))
            self._dropping.load_drop_path_state({"generator": generator.get_state(), "progress": 0.0})
