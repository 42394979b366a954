"""What is checked before a training run writes anything."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import nn

from fractalgen.errors import CompileError, TrainError
from fractalgen.run_files import STUDY
from fractalgen.training.dataset import Dataset
from fractalgen.training.modes import device_of, evaluating
from fractalgen.training.outputs import outputs_of
from fractalgen.training.samples import Tokens
from fractalgen.training.tasks import Classification, Task


def choose_device(name: str) -> torch.device:
    """Return the device that `name` (`auto`, `cpu` or `cuda`) means here.

    Raises:
        TrainError: there is none.
    """
    available = torch.cuda.is_available()
    if name == "auto":
        name = "cuda" if available else "cpu"
    if name == "cuda" and not available:
        raise TrainError("there is no GPU that torch can use", "Take the device cpu.")
    return torch.device(name, torch.cuda.current_device()) if name == "cuda" else torch.device(name)


def check_network(network: nn.Module, dataset: Dataset, task: Task | None = None) -> None:
    """Check that the network takes the images and gives what its task, classification when left out, needs.

    Raises:
        TrainError: it does not, or has nothing to learn.
    """
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise TrainError("the network has nothing to learn", "Give it a layer with weights, such as conv or linear.")
    shape = dataset.train.shape
    size = "x".join(map(str, shape))
    image = dataset.train.probe().to(device_of(network))
    with evaluating(network), torch.no_grad():
        try:
            outputs = outputs_of(network(image))
        except (CompileError, RuntimeError, ValueError, IndexError) as error:
            reason = error.message if isinstance(error, CompileError) else str(error).splitlines()[0].rstrip(".")
            raise TrainError(
                f"the network cannot take the images of the data, {size}: {reason}",
                _input_hint(dataset),
            ) from None
    (task or Classification()).check(outputs, dataset.train, dataset.classes)


def _input_hint(dataset: Dataset) -> str:
    shape = list(dataset.train.shape)
    if isinstance(dataset.train, Tokens):
        return (
            f"Write `input: {{shape: {shape}, dtype: int}}` and `embedding: {{tokens: {dataset.classes}, ...}}` in the "
            "network, or `length` in the data."
        )
    return f"Write `input: {shape}` in the network, or take other data."


def check_folder(folder: Path) -> None:
    """Make the folder of a run.

    Raises:
        TrainError: it cannot be made or written.
    """
    if (folder / STUDY).exists():
        raise TrainError(f"{str(folder)!r} holds a search", "Give another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainError(f"{str(folder)!r} cannot be made: {error.strerror}", "Give another folder.") from None
    if not os.access(folder, os.W_OK):
        raise TrainError(f"{str(folder)!r} cannot be written", "Give another folder.")
