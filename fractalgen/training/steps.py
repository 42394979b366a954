"""The steps of an epoch, and all the state that they change."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from fractalgen.errors import DivergedError
from fractalgen.spec.train import Train
from fractalgen.training.augmentations import seed_of
from fractalgen.training.average import WeightAverage
from fractalgen.training.batches import Batches
from fractalgen.training.dataset import Dataset
from fractalgen.training.drop_path import HasDropPath
from fractalgen.training.guards import GradientWatch
from fractalgen.training.optimizers import OPTIMIZERS, parameter_groups
from fractalgen.training.outputs import outputs_of
from fractalgen.training.parallel import mean, rank, size, wrap
from fractalgen.training.schedules import SCHEDULES
from fractalgen.training.tasks import task_of

GPU_CHECK_STEPS = 50
"""Steps between two looks at the loss on a GPU, which must wait for each."""


class Steps:
    """Trains a network an epoch at a time.

    What is drawn by chance in a step follows from the seed and the step, drop-path apart, which has a generator.

    Args:
        network: What is trained, in place.
        recipe: How.
        dataset: On what.
        seed: Of order, augmentation and dropout.
    """

    def __init__(self, network: nn.Module, recipe: Train, dataset: Dataset, seed: int) -> None:
        self.network = network
        self.recipe = recipe
        self.task = task_of(recipe)
        self.device = next(network.parameters()).device
        self.images = dataset.train.to(self.device)
        self.lr = 0.0
        """Learning rate of the last step."""
        self.done = 0
        """Steps of the epoch that are done."""
        self._batches = Batches(self.images, self.device, dataset.classes, recipe, seed)
        self.per_epoch = self._batches.per_epoch
        self.batch = self._batches.size
        self._seed = seed
        self._losses: list[Tensor] = []
        if recipe.channels_last:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._optimizer = OPTIMIZERS.get(recipe.optimizer)(parameter_groups(network, recipe.weight_decay), recipe)
        self._schedule = SCHEDULES.get(recipe.schedule.name)
        self._average = WeightAverage(network, recipe.ema) if recipe.ema is not None else None
        self._watch = GradientWatch(network, self.task)
        self._model = wrap(network, self.device)
        # Asking costs more than a small step.
        self._dropping = network if isinstance(network, HasDropPath) else None
        if self._dropping is not None:
            self._dropping.checkpointing = recipe.checkpointing

    def epoch(self, number: int, after_step: Callable[[], object]) -> float:
        """Run epoch `number`, counted from 1, or what is left of it; return the mean loss of its steps.

        Raises:
            DivergedError: the loss became NaN or infinite.
        """
        self.network.train()
        self._batches.start(number)
        while self.done < self.per_epoch:
            self._begin(number)
            self._losses.append(self._step())
            self.done += 1
            last = self.done == self.per_epoch
            if last or self.device.type == "cpu" or self.done % GPU_CHECK_STEPS == 0:
                self.check(number)
            after_step()
        found = float(mean(torch.stack(self._losses).mean()))
        self._losses, self.done = [], 0
        return found

    def check(self, epoch: int) -> None:
        """Check that the losses of the epoch are numbers.

        Raises:
            DivergedError: one is not.
        """
        if math.isfinite(float(self._losses[-1])):
            return
        values = torch.stack(self._losses)
        step = int((~torch.isfinite(values)).nonzero()[0])
        raise DivergedError(
            f"the loss became {float(values[step])} in epoch {epoch}, step {step + 1}",
            f"Lower lr, found {self.recipe.lr:g}, or set grad_clip.",
        )

    def is_sound(self) -> bool:
        """Whether all weights are numbers, which costs a pass over them."""
        return all(bool(torch.isfinite(parameter).all()) for parameter in self.network.parameters())

    def unreached(self, count: int) -> tuple[str, ...]:
        """Return the learned tensors that no gradient has reached; `count` images decide where drop-path may have."""
        images, labels = self.images.batch(slice(count))
        return self._watch.unreached((images.to(self.device), labels.to(self.device)))

    def averaged(self) -> AbstractContextManager[None]:
        """Put the weights that are evaluated into the network for a while: their average, if the recipe has one."""
        return self._average.in_place() if self._average is not None else nullcontext()

    def finish(self) -> None:
        """Leave the weights that are evaluated in the network, in torch's own memory format, for whole batches."""
        if self._dropping is not None:
            self._dropping.drop_path_part = (0, 1)
        if self._average is not None:
            self._average.exchange()
        if self.recipe.channels_last:
            self.network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]

    def state(self) -> dict[str, Any]:
        """Return everything that further steps depend on."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "average": self._average.state() if self._average is not None else None,
            "drop_path": self._dropping.drop_path_state() if self._dropping is not None else None,
            "done": self.done,
            "losses": self._losses,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state` returned."""
        self.network.load_state_dict(state["network"])
        self._optimizer.load_state_dict(state["optimizer"])
        if self._average is not None:
            self._average.load_state(state["average"])
        if self._dropping is not None:
            self._dropping.load_drop_path_state(state["drop_path"])
        self.done = state["done"]
        self._losses = [loss.to(self.device) for loss in state["losses"]]

    def _begin(self, epoch: int) -> None:
        """Set what a step's number decides: learning rate, drop-path's progress, the generators of dropout."""
        step = (epoch - 1) * self.per_epoch + self.done
        recipe = self.recipe
        self.lr = recipe.lr * self._schedule(step, self.per_epoch, recipe.epochs, recipe.schedule.options)
        for group in self._optimizer.param_groups:
            group["lr"] = self.lr
        if self._dropping is not None:
            self._dropping.drop_path_progress = step / max(1, self.per_epoch * recipe.epochs - 1)
        seed = seed_of(self._seed, "dropout", step, rank())
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)

    def _step(self) -> Tensor:
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._backward(*self._batches.get(self.done))
        self._watch.look()
        if self.recipe.grad_clip is not None:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.grad_clip)
        self._optimizer.step()
        if self._average is not None:
            self._average.update()
        return loss

    def _backward(self, images: Tensor, targets: Tensor) -> Tensor:
        """Leave the gradient of a batch, computed in parts that all have its drop-path; return its loss."""
        pieces = list(zip(*(each.chunk(self.recipe.accumulate) for each in (images, targets)), strict=True))
        count, losses, dropping = len(pieces), [], self._dropping
        draws = dropping.drop_path_state() if dropping is not None and count > 1 else None
        for index, (part, labels) in enumerate(pieces):
            if dropping is not None:
                dropping.drop_path_part = (rank() * count + index, size() * count)
                if draws is not None and index > 0:
                    dropping.load_drop_path_state(draws)
            with self._quiet(last=index == count - 1):
                loss = self._loss(part, labels)
                loss = loss if count == 1 else loss * (len(part) / len(images))
                torch.autograd.backward(loss)
            losses.append(loss.detach())
        return losses[0] if count == 1 else torch.stack(losses).sum()

    def _loss(self, images: Tensor, targets: Tensor) -> Tensor:
        if self.recipe.precision == "float32":
            outputs = outputs_of(self._model(images))
        else:
            with torch.autocast(self.device.type, torch.bfloat16):
                outputs = outputs_of(self._model(images))
        return self.task.loss(tuple(each.float() for each in outputs), images, targets)

    def _quiet(self, *, last: bool) -> AbstractContextManager[None]:
        """Let processes exchange gradients once a step."""
        return nullcontext() if last or not isinstance(self._model, DistributedDataParallel) else self._model.no_sync()
