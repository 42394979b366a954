"""How long each node of a network runs, on this machine."""

from __future__ import annotations

import time

import torch
from torch import Tensor

from fractalgen.compiler.modules import build_modules
from fractalgen.compiler.schedule import BatchStep, Parts, Plan, plan
from fractalgen.ir.graph import Graph

ROUNDS = 5


def node_seconds(graph: Graph, batch: int = 1, rounds: int = ROUNDS) -> dict[int, float]:
    """Return node -> seconds of its evaluation on a batch, the shortest of several rounds.

    Weights are drawn anew, since they do not change how long an op runs.

    Args:
        graph: An expanded graph with types.
        batch: Samples.
        rounds: How often the network runs; the least is what other work on the machine disturbs least.

    Raises:
        CompileError: an op or join that cannot be built.
    """
    parts = {index: module.eval() for index, module in build_modules(graph).items()}
    what = plan(graph, {})
    values = {index: _input(graph, index, batch) for index in graph.inputs}
    with torch.no_grad():
        found = [_round(what, parts, dict(values)) for _ in range(rounds + 1)]
    # The first round is longer: memory and kernels are made ready in it.
    return {step.node: min(times[step.node] for times in found[1:]) for step in what.steps}


def _round(what: Plan[BatchStep], parts: Parts, values: dict[int, Tensor]) -> dict[int, float]:
    times = {}
    for step in what.steps:
        began = time.perf_counter()
        value = step.value(parts, values)
        times[step.node] = time.perf_counter() - began
        values[step.node] = value
        for done in step.done:
            del values[done]
    return times


def _input(graph: Graph, index: int, batch: int) -> Tensor:
    type_ = graph.nodes[index].type
    shape = (batch, *(type_.shape if type_ else ()))
    return torch.zeros(shape, dtype=torch.long) if type_ and type_.dtype == "int" else torch.randn(shape)
