"""Several processes, one a GPU, that train one network on equal parts of each batch.

`torchrun` starts them; without it there is one process, and everything here does nothing.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from fractalgen.errors import TrainError

T = TypeVar("T")


def rank() -> int:
    """Return the number of this process, from 0, which writes and prints."""
    return dist.get_rank() if dist.is_initialized() else 0


def size() -> int:
    """Return the number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def is_first() -> bool:
    """Whether this process is the one that writes and prints; known before the processes have met."""
    return not _is_one_of_several() or os.environ["RANK"] == "0"


@contextmanager
def processes(device: str) -> Iterator[None]:
    """Let the processes that `torchrun` started meet for a while, each on a GPU of its own unless `device` is cpu.

    Raises:
        TrainError: there are more processes than GPUs.
    """
    if not _is_one_of_several() or dist.is_initialized():
        yield
        return
    gpu = device != "cpu" and torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(_own_gpu(int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()))
    dist.init_process_group("nccl" if gpu else "gloo")
    try:
        yield
    finally:
        # What torch wraps a network in lies in a cycle; when it outlives the group, the process may crash as it ends.
        gc.collect()
        dist.destroy_process_group()


def from_first(compute: Callable[[], T]) -> T:
    """Return what the first process computes, in every process; the others wait."""
    if size() == 1:
        return compute()
    values = [compute() if rank() == 0 else None]
    dist.broadcast_object_list(values, src=0)
    return cast("T", values[0])


def mean(value: Tensor) -> Tensor:
    """Return the mean over all processes."""
    if size() == 1:
        return value
    total = value.clone()
    dist.all_reduce(total)
    return total / size()


def own_rows(batch: int) -> slice:
    """Return which images of a batch this process has.

    Raises:
        TrainError: the batch cannot be split evenly.
    """
    if batch % size():
        raise TrainError(
            f"a batch of {batch} cannot be split between {size()} processes",
            "Set a batch that is a multiple of them.",
        )
    part = batch // size()
    return slice(rank() * part, (rank() + 1) * part)


def wrap(network: nn.Module, device: torch.device) -> nn.Module:
    """Return the module whose backward pass gives every process the gradient of the whole batch.

    Drop-path leaves other parameters without a gradient in each step, the same in all processes; a graph without it
    uses all of them.
    """
    if size() == 1:
        return network
    ids = [device] if device.type == "cuda" else None
    drop_path = getattr(network, "drop_path", None)
    drops = drop_path is None or drop_path.rate > 0 or drop_path.global_ > 0
    return DistributedDataParallel(network, device_ids=ids, find_unused_parameters=drops)


def _is_one_of_several() -> bool:
    # Batch systems set some of these without starting processes that could meet.
    known = all(name in os.environ for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR"))
    return known and int(os.environ["WORLD_SIZE"]) > 1


def _own_gpu(index: int, count: int) -> int:
    if index >= count:
        raise TrainError(
            f"process {index + 1} of this machine has no GPU, there are {count}",
            f"Start at most {count} with --nproc-per-node, or take the device cpu.",
        )
    return index
