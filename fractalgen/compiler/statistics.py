"""Running statistics of batch norm: a set of their own for each column, and recalibration.

The authors' networks of one column have statistics of their own for each column; one set that all columns share
describes none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from fractalgen.compiler.modules import register
from fractalgen.compiler.schedule import Parts
from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph

Norms = Mapping[int, nn.BatchNorm2d]
STATISTICS = "column_statistics"
"""Where state dicts keep the statistics of columns: `column_statistics.2.fractal.conv_bn_relu.batch_norm`."""

_TIED = (".weight", ".bias")


def own_statistics(graph: Graph, parts: Parts, nodes: Iterable[int]) -> dict[int, nn.BatchNorm2d]:
    """Return for each batch norm among `nodes` one with the same scale and shift and statistics of its own."""
    norms = batch_norms({index: parts[index] for index in nodes if index in parts})
    twins = {graph.owners[index]: _twin(norm) for index, norm in norms.items()}
    return {index: twins[graph.owners[index]] for index in norms}


def batch_norms(parts: Parts) -> dict[int, nn.BatchNorm2d]:
    """Return the batch norms among `parts`."""
    return {index: part for index, part in parts.items() if isinstance(part, nn.BatchNorm2d)}


class ColumnStatistics(nn.Module):
    """The statistics of every column; scales and shifts are the network's, and stay out of its state dict.

    Args:
        graph: The network's graph.
        parts: Node -> its module in the network.
        columns: Column, counted from 1 -> its batch norms.
    """

    def __init__(self, graph: Graph, parts: Parts, columns: Mapping[int, Norms]) -> None:
        super().__init__()
        shared = batch_norms(dict(parts))
        self.pairs = [(norm, shared[index]) for norms in columns.values() for index, norm in norms.items()]
        for number, norms in columns.items():
            column = nn.Module()
            register(column, graph, norms)
            self.add_module(str(number), column)
        self.register_state_dict_post_hook(_leave_out_tied)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_post_hook(_expect_no_tied)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_post_hook(_tie)  # type: ignore[no-untyped-call]


def recalibrate(module: nn.Module, norms: Norms, batches: Iterable[Tensor]) -> None:
    """Replace the statistics of `norms` by the mean over `batches` run through `module` in evaluation mode.

    Args:
        module: What runs; its weights stay as they are.
        norms: Batch norms that it runs.
        batches: Inputs, `(batch, *input)` each, on the module's device.

    Raises:
        CompileError: there are no batches. The statistics then stay as they are, as after any failure.
    """
    seen = 0
    with _kept_on_failure(norms.values()), _averaging(module, list(norms.values())), torch.no_grad():
        for batch in batches:
            module(batch)
            seen += 1
        if not seen:
            raise CompileError("batch-norm statistics cannot be the mean over no batches", "Give one batch or more.")


def _twin(norm: nn.BatchNorm2d) -> nn.BatchNorm2d:
    device = norm.running_mean.device if norm.running_mean is not None else None
    twin = nn.BatchNorm2d(norm.num_features, norm.eps, norm.momentum, norm.affine, device=device)
    twin.weight, twin.bias = norm.weight, norm.bias
    with torch.no_grad():
        for name, buffer in norm.named_buffers():
            twin.get_buffer(name).copy_(buffer)
    return twin.train(norm.training)


def _leave_out_tied(module: nn.Module, state: dict[str, Any], prefix: str, metadata: Any) -> None:
    del module, metadata
    for name in [name for name in state if name.startswith(prefix) and name.endswith(_TIED)]:
        del state[name]


def _expect_no_tied(module: nn.Module, keys: Any) -> None:
    del module
    keys.missing_keys[:] = [name for name in keys.missing_keys if not (STATISTICS in name and name.endswith(_TIED))]


def _tie(module: ColumnStatistics, keys: Any) -> None:
    """Take over the network's scales and shifts, which loading with `assign=True` replaces."""
    del keys
    for mine, shared in module.pairs:
        mine.weight, mine.bias = shared.weight, shared.bias


@contextmanager
def _kept_on_failure(norms: Iterable[nn.BatchNorm2d]) -> Iterator[None]:
    before = [(buffer, buffer.clone()) for norm in norms for buffer in norm.buffers()]
    try:
        yield
    except BaseException:
        for buffer, value in before:
            buffer.copy_(value)
        raise


@contextmanager
def _averaging(module: nn.Module, norms: Sequence[nn.BatchNorm2d]) -> Iterator[None]:
    training = {each: each.training for each in module.modules()}
    momentum = [norm.momentum for norm in norms]
    module.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
        norm.train()
    try:
        yield
    finally:
        for norm, before in zip(norms, momentum, strict=True):
            norm.momentum = before
        for each, before in training.items():
            each.training = before
