"""What is checked before a training run writes anything."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor, nn

from fractalgen.errors import CompileError, TrainError
from fractalgen.training.dataset import Dataset
from fractalgen.training.modes import device_of, evaluating


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


def check_network(network: nn.Module, dataset: Dataset) -> None:
    """Check that the network takes the images and tells their classes apart.

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
            logits = network(image)
        except (CompileError, RuntimeError, ValueError, IndexError) as error:
            reason = error.message if isinstance(error, CompileError) else str(error).splitlines()[0].rstrip(".")
            raise TrainError(
                f"the network cannot take the images of the data, {size}: {reason}",
                _input_hint(dataset),
            ) from None
    _check_logits(logits, dataset.train.positions, dataset.classes)


def _input_hint(dataset: Dataset) -> str:
    shape = list(dataset.train.shape)
    if dataset.train.positions:
        return (
            f"Write `input: {{shape: {shape}, dtype: int}}` and `embedding: {{tokens: {dataset.classes}, ...}}` in the "
            "network, or `length` in the data."
        )
    return f"Write `input: {shape}` in the network, or take other data."


def _check_logits(logits: object, positions: tuple[int, ...], classes: int) -> None:
    hint = f"End the network with `linear: {{out: {classes}}}`, or take other data."
    if not isinstance(logits, Tensor) or logits.shape[1:-1] != positions or logits.ndim < 2:
        found = "x".join(map(str, logits.shape[1:])) if isinstance(logits, Tensor) else "several outputs"
        wanted = "for each class at each place" if positions else "for each class"
        raise TrainError(f"the network gives {found} for an image, not one number {wanted}", hint)
    if logits.shape[-1] != classes:
        raise TrainError(f"the network tells {logits.shape[-1]} classes apart, the data have {classes}", hint)


def check_folder(folder: Path) -> None:
    """Make the folder of a run.

    Raises:
        TrainError: it cannot be made or written.
    """
    if (folder / "study.db").exists():
        raise TrainError(f"{str(folder)!r} holds a search", "Give another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainError(f"{str(folder)!r} cannot be made: {error.strerror}", "Give another folder.") from None
    if not os.access(folder, os.W_OK):
        raise TrainError(f"{str(folder)!r} cannot be written", "Give another folder.")
