"""One training run of a module."""

from __future__ import annotations

import torch
from torch import nn

from fractalgen.compiler.exporters import safetensors
from fractalgen.errors import TrainError
from fractalgen.run_files import WEIGHTS
from fractalgen.spec.train import Train
from fractalgen.training import checkpoint
from fractalgen.training.dataset import Dataset
from fractalgen.training.guards import check_start
from fractalgen.training.initialise import initialise
from fractalgen.training.loop import PROBE_IMAGES, Loop
from fractalgen.training.memory import is_full, out_of_memory
from fractalgen.training.options import FitOptions, OnEpoch
from fractalgen.training.parallel import rank
from fractalgen.training.preflight import check_folder, check_network, choose_device
from fractalgen.training.score import Guards, Score
from fractalgen.training.steps import Steps
from fractalgen.training.synchronise import synchronised_batch_norm
from fractalgen.training.tasks import task_of


def fit(network: nn.Module, recipe: Train, dataset: Dataset, options: FitOptions | None = None) -> Score:
    """Train `network` in place by `recipe` and score it on the validation images after each epoch.

    On the CPU, with one number of threads, the same seed gives the same weights to the last bit, also when the
    training was killed in between and started again with the same folder. The test images are never read.

    Where `torch.distributed` is set up, each process trains on its part of every batch, and the first one writes.

    Raises:
        TrainError: images, classes, device or checkpoint do not fit; then nothing was written.
        DivergedError: the loss became NaN or infinite; the last checkpoint stays.
        OutOfMemoryError: a step does not fit into memory; the last checkpoint stays.
    """
    options = options or FitOptions()
    device = choose_device(options.device)
    network.to(device)
    check_network(network, dataset, task_of(recipe))
    seed = recipe.seed if options.seed is None else options.seed
    owner = checkpoint.owner_of(network, recipe.model_dump_json(), dataset.digest, seed)
    state = _found(options, owner)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        initialise(network, recipe.init, seed)
        try:
            steps = Steps(network, recipe, dataset, seed)
            if options.out is not None and rank() == 0:
                check_folder(options.out)
                checkpoint.tidy(options.out)
            loop = Loop(steps, dataset.validation.to(device), options, owner, Score((), Guards(), stopped=True))
            return _run(loop, state)
        except (RuntimeError, MemoryError) as error:
            if not is_full(error):
                raise
    # Raised out here, it does not keep alive what the failed step held.
    raise out_of_memory(network, recipe, device)


def _found(options: FitOptions, owner: checkpoint.Owner) -> checkpoint.State | None:
    if options.out is None:
        return None
    try:
        return checkpoint.load(options.out, owner)
    except TrainError:
        if not options.restart:
            raise
        return None


def _run(loop: Loop, state: checkpoint.State | None) -> Score:
    steps = loop.steps
    if state is None:
        guards = check_start(steps.network, steps.images.batch(slice(PROBE_IMAGES))[0].to(steps.device))
        loop.score = Score((), guards, stopped=True)
    else:
        loop.load_state(state)
    with synchronised_batch_norm(steps.network):
        score = loop.run()
    steps.finish()
    if loop.options.out is not None and rank() == 0:
        safetensors.write(steps.network, loop.options.out / WEIGHTS)
    return score


__all__ = ["FitOptions", "OnEpoch", "fit"]
