"""The steps of an epoch, and all the state that they change."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fractalgen.errors import DivergedError
from fractalgen.spec.train import Train
from fractalgen.training.augmentations import AUGMENTATIONS
from fractalgen.training.dataset import Images
from fractalgen.training.drop_path import HasDropPath
from fractalgen.training.guards import GradientWatch
from fractalgen.training.optimizers import OPTIMIZERS, parameter_groups
from fractalgen.training.schedules import SCHEDULES

GPU_CHECK_STEPS = 50
"""Steps between two looks at the loss on a GPU, which must wait for each."""


class Steps:
    """Trains a network an epoch at a time.

    Order and augmentation have a generator each, so that a change of one does not change the other.

    Args:
        network: What is trained, in place.
        recipe: How.
        images: On the device of the network.
        seed: Of order and augmentation.
    """

    def __init__(self, network: nn.Module, recipe: Train, images: Images, seed: int) -> None:
        self.network = network
        self.recipe = recipe
        self.images = images
        self.device = images.images.device
        self.lr = 0.0
        """Learning rate of the last step."""
        # A last batch of another size would cost speed, and batch norm fails on a single image.
        self.per_epoch = max(1, len(images) // recipe.batch)
        self._optimizer = OPTIMIZERS.get(recipe.optimizer)(parameter_groups(network, recipe.weight_decay), recipe)
        self._augmentations = [AUGMENTATIONS.get(name) for name in recipe.augment]
        self._schedule = SCHEDULES.get(recipe.schedule)
        self._watch = GradientWatch(network)
        if isinstance(network, HasDropPath):
            network.checkpointing = recipe.checkpointing
        self._order = torch.Generator().manual_seed(seed)
        self._chance = torch.Generator().manual_seed(seed + 1)

    def epoch(self, number: int) -> float:
        """Run epoch `number`, counted from 1; return the mean loss of its steps.

        Raises:
            DivergedError: the loss became NaN or infinite.
        """
        self.network.train()
        order = torch.randperm(len(self.images), generator=self._order).to(self.device)
        losses: list[Tensor] = []
        for step in range(self.per_epoch):
            self._set_lr((number - 1) * self.per_epoch + step)
            losses.append(self._step(order[step * self.recipe.batch : (step + 1) * self.recipe.batch]))
            last = step == self.per_epoch - 1
            if last or self.device.type == "cpu" or step % GPU_CHECK_STEPS == 0:
                self._check(losses, number)
        return float(torch.stack(losses).mean())

    def unreached(self, count: int) -> tuple[str, ...]:
        """Return the learned tensors that no gradient has reached; `count` images decide where drop-path may have."""
        return self._watch.unreached(self.images.batch(slice(count)))

    def state(self) -> dict[str, Any]:
        """Return everything that further steps depend on."""
        cuda = self.device.type == "cuda"
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "order": self._order.get_state(),
            "chance": self._chance.get_state(),
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state(self.device) if cuda else None,
            "drop_path": self.network.drop_path_state() if isinstance(self.network, HasDropPath) else None,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state` returned."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._order.set_state(state["order"])
        self._chance.set_state(state["chance"])
        torch.set_rng_state(state["torch"])
        if self.device.type == "cuda" and state["cuda"] is not None:
            torch.cuda.set_rng_state(state["cuda"], self.device)
        if isinstance(self.network, HasDropPath):
            self.network.load_drop_path_state(state["drop_path"])

    def _set_lr(self, step: int) -> None:
        self.lr = self.recipe.lr * self._schedule(step, self.per_epoch, self.recipe.epochs)
        for group in self._optimizer.param_groups:
            group["lr"] = self.lr
        if isinstance(self.network, HasDropPath):
            self.network.drop_path_progress = step / max(1, self.per_epoch * self.recipe.epochs - 1)

    def _step(self, index: Tensor) -> Tensor:
        images, labels = self.images.batch(index)
        for augment in self._augmentations:
            images = augment(images, self._chance)
        logits = self.network(images)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.recipe.label_smoothing)
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self._watch.look()
        if self.recipe.grad_clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.grad_clip)
        self._optimizer.step()
        return loss.detach()

    def _check(self, losses: list[Tensor], epoch: int) -> None:
        if torch.isfinite(losses[-1]):
            return
        values = torch.stack(losses)
        step = int((~torch.isfinite(values)).nonzero()[0])
        raise DivergedError(
            f"the loss became {float(values[step])} in epoch {epoch}, step {step + 1}",
            f"Lower lr, found {self.recipe.lr:g}, or set grad_clip.",
        )
