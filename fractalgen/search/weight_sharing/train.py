"""Trains the shared weights, and finds them again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import torch

from fractalgen.compiler.supernet import Supernet, WeightStore
from fractalgen.errors import DivergedError
from fractalgen.search.weight_sharing.paths import Paths
from fractalgen.search.weight_sharing.population import Population
from fractalgen.search.weight_sharing.score import shared_score
from fractalgen.search.weight_sharing.step import SharedStep
from fractalgen.spec import Spec
from fractalgen.spec.train import Train
from fractalgen.training import checkpoint
from fractalgen.training.dataset import Dataset
from fractalgen.training.initialise import initialise
from fractalgen.training.preflight import check_folder, check_network, choose_device

OnEpoch = Callable[[int, float, WeightStore], object]
"""Called after each epoch with its number, counted from 1, its mean loss, and the store."""


@dataclass(frozen=True)
class SupernetRun:
    """How shared weights are trained.

    Attributes:
        spec: With holes.
        recipe: Of each step, with the epochs of the supernet.
        dataset: What is trained on.
        paths: The network of each step.
        owner: What the checkpoint belongs to.
        folder: Where the checkpoint is.
        device: Where to train.
        checkpoint_seconds: Time after which one is written inside a long epoch, too.
        population: The networks of the steps, where they evolve with the weights.
        images: Training images that give a network of the population its batch-norm statistics.
    """

    spec: Spec
    recipe: Train
    dataset: Dataset
    paths: Paths
    owner: checkpoint.Owner
    folder: Path
    device: Literal["auto", "cpu", "cuda"] = "auto"
    checkpoint_seconds: float = 600.0
    population: Population | None = None
    images: int = 1000

    def train(self, on_epoch: OnEpoch) -> WeightStore:
        """Train the shared weights, or go on with those in the folder; return them.

        On the CPU, with one number of threads, the same seed gives the same weights to the last bit, also when the
        training was killed in between.

        Raises:
            TrainError: the checkpoint is damaged or of other weights, the folder cannot be written,
                or the data do not fit the networks.
            DivergedError: the loss became NaN or infinite.
        """
        state = checkpoint.load(self.folder, self.owner)
        if self.population is not None and state is not None:
            self.population.restore(state["population"])
        training = _Training(self, state)
        check_network(training.supernet.choose(self.paths.at(0)).network, self.dataset)
        check_folder(self.folder)
        checkpoint.tidy(self.folder)
        with torch.random.fork_rng(devices=[training.device] if training.device.type == "cuda" else []):
            training.run(on_epoch)
        return training.supernet.store


class _Training:
    """The steps of a run, with all that changes in them."""

    def __init__(self, run: SupernetRun, state: checkpoint.State | None) -> None:
        self._run = run
        self.device = choose_device(run.device)
        self._dataset = _on(run.dataset, self.device)
        self._losses: list[float] = [] if state is None else list(state["losses"])
        self._epoch: int = 1 if state is None else state["epoch"]
        store = WeightStore() if state is None else _moved(WeightStore(state["store"]), self.device)
        self.supernet = Supernet(run.spec, store, run.recipe.seed, first_weights(run.recipe), self.device)
        self._saved_at = time.monotonic()

    def run(self, on_epoch: OnEpoch) -> None:
        """Take the steps that are left."""
        while self._epoch <= self._run.recipe.epochs:
            per_epoch = max(1, len(self._dataset.train) // self._run.recipe.batch)
            while len(self._losses) < per_epoch:
                self._losses.append(self._step(len(self._losses), per_epoch))
                if time.monotonic() - self._saved_at > self._run.checkpoint_seconds:
                    self._save()
            done, loss = self._epoch, sum(self._losses) / per_epoch
            self._epoch, self._losses = done + 1, []
            if self._run.population is not None:
                self._run.population.evolve(done, self._costs)
            self._save()
            on_epoch(done, loss, self.supernet.store)

    def _step(self, index: int, per_epoch: int) -> float:
        text = (self._run.population or self._run.paths).at((self._epoch - 1) * per_epoch + index)
        subnet = self.supernet.choose(text)
        step = SharedStep(subnet, self._run.recipe, self._dataset, self._run.recipe.seed)
        loss = float(step.take(self.supernet.store, self._epoch, index))
        if not math.isfinite(loss):
            raise DivergedError(
                f"the loss of the shared weights became {loss} in epoch {self._epoch}, step {index + 1}",
                f"Lower lr, found {self._run.recipe.lr:g}, or set grad_clip.",
            )
        return loss

    def _costs(self, text: str) -> tuple[float, ...]:
        """Return what the weights say of a network on the validation images; they stay as they are."""
        network = self.supernet.choose(text).network
        found = shared_score(network, self._dataset, self._run.images, self._run.recipe.seed)
        return -found.accuracy, found.loss

    def _save(self) -> None:
        self._saved_at = time.monotonic()
        state = {"store": self.supernet.store.slots, "epoch": self._epoch, "losses": self._losses}
        if self._run.population is not None:
            state["population"] = self._run.population.state()
        checkpoint.save(self._run.folder, self._run.owner, state)


def first_weights(recipe: Train) -> Callable[[torch.nn.Module, int], None]:
    """Return what gives a module its first weights by a seed, as the recipe says."""
    return partial(_initialise, recipe)


def _initialise(recipe: Train, module: torch.nn.Module, seed: int) -> None:
    initialise(module, recipe.init, seed)


def _on(dataset: Dataset, device: torch.device) -> Dataset:
    return replace(dataset, train=dataset.train.to(device), validation=dataset.validation.to(device))


def _moved(store: WeightStore, device: torch.device) -> WeightStore:
    slots = {
        key: {name: value.to(device) if isinstance(value, torch.Tensor) else value for name, value in slot.items()}
        for key, slot in store.slots.items()
    }
    return WeightStore(slots)
