"""A graph as a torch module that computes only what survives drop-path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.compiler.modules import build_modules, register
from fractalgen.compiler.schedule import Step, column_pattern, schedule
from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph
from fractalgen.passes import Simplify
from fractalgen.spec import DropPath

Output = Tensor | tuple[Tensor, ...]


class Network(nn.Module):
    """A whole network.

    In training each forward pass draws a drop-path pattern and runs the live nodes alone, forward and backward; in
    evaluation everything runs.

    Args:
        graph: The simplified graph, with types.
        drop_path: Rates of drop-path.
        seed: Seed of its generator.
    """

    def __init__(self, graph: Graph, drop_path: DropPath, seed: int) -> None:
        super().__init__()
        self.graph = graph
        self.drop_path = drop_path
        self.mode = "full"
        """What the last forward pass ran: `full`, `local` (something was dropped) or `column K`."""
        self._parts = build_modules(graph)
        register(self, graph, self._parts)
        self._sampler = DropPathSampler(graph, drop_path, seed)
        self._full = schedule(graph, {})
        self._global: dict[str, tuple[Step, ...]] = {}

    def forward(self, x: Tensor) -> Output:
        """Return the outputs for `x`, `(batch, *input)`.

        Raises:
            CompileError: `x` does not have the shape of the network's input.
        """
        if not (self.training and self._sampler.active):
            self.mode = "full"
            return run(self.graph, self._parts, self._full, x)
        self.mode, pattern = self._sampler.sample()
        if self.mode == "full":
            return run(self.graph, self._parts, self._full, x)
        if self.mode == "local":
            return run(self.graph, self._parts, schedule(self.graph, pattern), x)
        if self.mode not in self._global:
            self._global[self.mode] = schedule(self.graph, pattern)
        return run(self.graph, self._parts, self._global[self.mode], x)

    def column(self, index: int) -> Column:
        """Return column `index`, counted from 1, as a module that shares this network's weights.

        Raises:
            CompileError: there is no such column.
        """
        if not 1 <= index <= self.graph.columns:
            raise CompileError(f"there is no column {index}", f"The network has columns 1 to {self.graph.columns}.")
        return Column(self.graph, self._parts, index).train(self.training)

    def columns(self) -> list[Column]:
        """Return every column, the shallowest first."""
        return [self.column(index) for index in range(1, self.graph.columns + 1)]

    def drop_path_state(self) -> dict[str, Any]:
        """Return the state of drop-path's generator."""
        return self._sampler.state()

    def load_drop_path_state(self, state: dict[str, Any]) -> None:
        """Go on with drop-path from a state that `drop_path_state` returned."""
        self._sampler.load_state(state)


class Column(nn.Module):
    """One column of a network, with the same head; it shares the network's weights and holds no others."""

    def __init__(self, graph: Graph, parts: Mapping[int, nn.Module], index: int) -> None:
        super().__init__()
        self.graph = graph
        self.index = index
        self._steps = schedule(graph, column_pattern(graph, index))
        self._parts = {step.node: parts[step.node] for step in self._steps}
        register(self, graph, self._parts)

    def forward(self, x: Tensor) -> Output:
        """Return the outputs for `x`, `(batch, *input)`."""
        return run(self.graph, self._parts, self._steps, x)


def run(graph: Graph, parts: Mapping[int, nn.Module], steps: Sequence[Step], x: Tensor) -> Output:
    """Run `steps` on `x` and return the outputs of the graph."""
    source = graph.inputs[0]
    expected = graph.nodes[source].type
    if expected is None or tuple(x.shape[1:]) != expected.shape:
        raise CompileError(
            f"the network takes (batch, {', '.join(map(str, expected.shape if expected else ()))}), "
            f"found {tuple(x.shape)}"
        )
    values: dict[int, Tensor] = {source: x}
    for step in steps:
        part = parts[step.node]
        if step.kept is None:
            values[step.node] = part(values[step.inputs[0]])
        else:
            values[step.node] = part([values[i] for i in step.inputs], step.kept)
        for index in step.done:
            del values[index]
    outputs = tuple(values[index] for index in graph.outputs)
    return outputs[0] if len(outputs) == 1 else outputs


def compile_graph(graph: Graph, drop_path: DropPath | None = None, seed: int = 0) -> Network:
    """Lower an expanded graph to a torch module.

    Args:
        graph: A graph of ops with types.
        drop_path: Rates of drop-path; off when left out.
        seed: Seed of the weights and of drop-path's generator.

    Raises:
        CompileError: the graph still holds rule calls or lacks types.
    """
    if any(node.type is None for node in graph.nodes):
        raise CompileError("the graph has no types", "Lower what `expand` returns.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(Simplify()(graph), drop_path or DropPath(), seed)
