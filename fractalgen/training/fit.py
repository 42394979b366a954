"""The training loop."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from fractalgen.compiler.exporters import safetensors
from fractalgen.errors import DivergedError, TrainError
from fractalgen.spec.train import Train
from fractalgen.training import checkpoint
from fractalgen.training.dataset import Dataset
from fractalgen.training.evaluate import evaluate
from fractalgen.training.guards import check_noise
from fractalgen.training.initialise import initialise
from fractalgen.training.preflight import check_folder, check_network, choose_device
from fractalgen.training.score import Epoch, Guards, Score
from fractalgen.training.steps import Steps

WEIGHTS_FILE = "weights.safetensors"
PROBE_IMAGES = 4

OnEpoch = Callable[[Epoch], object]
"""Called after each epoch, when its checkpoint is written; True stops the training."""


@dataclass(frozen=True)
class FitOptions:
    """How one call of `fit` runs.

    Attributes:
        seed: In place of the recipe's.
        out: Folder for `checkpoint.pt` and `weights.safetensors`; a checkpoint in it is gone on with.
        on_epoch: Who watches, and may stop.
        device: Where to train; `auto` is the GPU if there is one.
        restart: Start over where the checkpoint is damaged or of another run, instead of refusing it.
    """

    seed: int | None = None
    out: Path | None = None
    on_epoch: OnEpoch | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    restart: bool = False


def fit(network: nn.Module, recipe: Train, dataset: Dataset, options: FitOptions = FitOptions()) -> Score:
    """Train `network` in place by `recipe` and score it on the validation images after each epoch.

    On the CPU, with one number of threads, the same seed gives the same weights to the last bit, also when the
    training was killed in between and started again with the same folder. The test images are never read.

    Raises:
        TrainError: images, classes, device or checkpoint do not fit; then nothing was written.
        DivergedError: the loss became NaN or infinite; the last checkpoint stays.
    """
    device = choose_device(options.device)
    network.to(device)
    check_network(network, dataset)
    seed = recipe.seed if options.seed is None else options.seed
    owner = _owner(network, recipe, dataset, seed)
    state = _found(options, owner)
    if options.out is not None:
        check_folder(options.out)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        return _Fit(network, recipe, dataset, options, owner).run(seed, state)


@dataclass
class _Fit:
    network: nn.Module
    recipe: Train
    dataset: Dataset
    options: FitOptions
    owner: checkpoint.Owner

    def run(self, seed: int, state: checkpoint.State | None) -> Score:
        torch.manual_seed(seed)
        initialise(self.network, self.recipe.init, seed)
        device = next(self.network.parameters()).device
        steps = Steps(self.network, self.recipe, self.dataset.train.to(device), seed)
        if state is None:
            guards = check_noise(self.network, steps.images.batch(slice(PROBE_IMAGES))[0])
            score = Score((), guards, stopped=True)
        else:
            steps.load_state(state["steps"])
            score = _read_score(state["score"])
        score = self._epochs(steps, score)
        if self.options.out is not None:
            safetensors.write(self.network, self.options.out / WEIGHTS_FILE)
        return score

    def _epochs(self, steps: Steps, score: Score) -> Score:
        validation = self.dataset.validation.to(steps.device)
        for number in range(len(score.epochs) + 1, self.recipe.epochs + 1):
            began = time.perf_counter()
            train_loss = steps.epoch(number)
            found = evaluate(self.network, validation)
            if not math.isfinite(found.loss):
                hint = f"Lower lr, found {self.recipe.lr:g}, or set grad_clip; the checkpoint is of epoch {number - 1}."
                raise DivergedError(f"the validation loss became {found.loss} after epoch {number}", hint)
            guards = score.guards
            if number == 1:
                guards = replace(guards, unreached=steps.unreached(PROBE_IMAGES))
            seconds = time.perf_counter() - began
            record = Epoch(number, train_loss, found.accuracy, found.loss, seconds, steps.lr)
            score = Score((*score.epochs, record), guards, stopped=number < self.recipe.epochs)
            if self.options.out is not None:
                state = {"steps": steps.state(), "score": asdict(score)}
                checkpoint.save(self.options.out, self.owner, state)
            if self.options.on_epoch is not None and self.options.on_epoch(record) is True:
                break
        return score


def _found(options: FitOptions, owner: checkpoint.Owner) -> checkpoint.State | None:
    if options.out is None:
        return None
    try:
        return checkpoint.load(options.out, owner)
    except TrainError:
        if not options.restart:
            raise
        return None


def _read_score(state: checkpoint.State) -> Score:
    guards = {**state["guards"], "unreached": tuple(state["guards"]["unreached"])}
    return Score(tuple(Epoch(**record) for record in state["epochs"]), Guards(**guards), state["stopped"])


def _owner(network: nn.Module, recipe: Train, dataset: Dataset, seed: int) -> checkpoint.Owner:
    """Return what a checkpoint must have been made by."""
    tensors = [f"{name} {tuple(tensor.shape)}" for name, tensor in network.state_dict().items()]
    named = [str(getattr(network, name, "")) for name in ("graph", "drop_path")]
    text = "\n".join([*named, *tensors])
    return {
        "network": hashlib.sha256(text.encode()).hexdigest(),
        "recipe": recipe.model_dump_json(),
        "data": dataset.digest,
        "seed": str(seed),
    }
