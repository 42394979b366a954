"""What to do when the memory is full."""

from __future__ import annotations

import os

import torch
from torch import nn

from fractalgen.errors import OutOfMemoryError
from fractalgen.passes.memory import training_memory
from fractalgen.spec.train import Train
from fractalgen.training.parallel import size

GIB = 2**30
LEAST = 2
"""Images at a time that batch norm needs."""
_SHARE = 0.9
"""Of the memory that is there, what features and weights may take; libraries need the rest."""
_CPU_MESSAGES = ("can't allocate memory", "not enough memory", "DefaultCPUAllocator")


def is_full(error: BaseException) -> bool:
    """Whether an error says that memory could not be had, on a GPU or on the CPU."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in _CPU_MESSAGES)


def out_of_memory(network: nn.Module, recipe: Train, device: torch.device) -> OutOfMemoryError:
    """Return an error that says what a step needs by the graph of `network`, what there is, and what would fit."""
    name = "GPU" if device.type == "cuda" else "computer"
    message = f"the memory of the {name} is full at a batch of {recipe.batch}"
    part = recipe.batch // recipe.accumulate // size()
    graph = getattr(network, "graph", None)
    if graph is None or recipe.checkpointing != "none":
        return OutOfMemoryError(message, _hint(recipe, part // 2))
    image = training_memory(graph, 0) // (2 if recipe.precision == "bfloat16" else 1)
    weights = training_memory(graph, sum(p.numel() for p in network.parameters())) - training_memory(graph, 0)
    there = _memory(device)
    needed = f", which needs about {(weights + part * image) / GIB:.1f} GiB where there are {there / GIB:.1f}"
    # What has just failed does not fit, whatever the estimate says: it leaves out what libraries take.
    return OutOfMemoryError(message + needed, _hint(recipe, min(int(_SHARE * there - weights) // image, part // 2)))


def _hint(recipe: Train, fits: int) -> str:
    """Return what to set so that a process has at most `fits` images at a time."""
    if fits < LEAST:
        return "Set checkpointing: block, or take a smaller network."
    each = size() * recipe.accumulate
    found = f"A batch of {each * (fits - fits % 8 if fits >= 8 else fits)} would fit"
    parts = [n for n in range(1, recipe.batch) if recipe.batch % (n * size()) == 0]
    split = next((n for n in parts if LEAST <= recipe.batch // (n * size()) <= fits), None)
    return f"{found}, and accumulate: {split} keeps {recipe.batch}." if split else f"{found}."


def _memory(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
