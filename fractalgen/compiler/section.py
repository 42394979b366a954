"""Parts of a network as modules that share its weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from torch import Tensor, nn

from fractalgen.compiler.execute import Output, execute
from fractalgen.compiler.modules import register
from fractalgen.compiler.schedule import BatchStep, Ends, Parts, Plan
from fractalgen.compiler.statistics import own_statistics, recalibrate
from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph
from fractalgen.passes.value_names import value_names
from fractalgen.registry import suggest

S = TypeVar("S", bound="Section")


class Section(nn.Module):
    """What one plan runs; it holds the weights that the plan needs and no others.

    Args:
        graph: The network's graph.
        parts: Node -> its module; shared with the network.
        plan: What runs.
    """

    def __init__(self, graph: Graph, parts: Parts, plan: Plan[BatchStep]) -> None:
        super().__init__()
        self.graph = graph
        self.live_plan = plan
        self.live_parts = {step.node: parts[step.node] for step in plan.steps}
        """Node -> its module, for every node that runs."""
        register(self, graph, self.live_parts)

    def forward(self, *inputs: Tensor) -> Output:
        """Return the outputs for one tensor a source, `(batch, *shape)` each."""
        return execute(self.graph, self.live_parts, self.live_plan, inputs)

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one sample."""
        total = 0
        for step in self.live_plan.steps:
            part, types = self.graph.nodes[step.node].part, self.graph.input_types(step.node)
            cost = part.cost(types, step.kept) if step.kept is not None else part.cost(types)
            total += cost.macs
        return total

    def recalibrate(self, batches: Iterable[Tensor]) -> None:
        """Give this section batch-norm statistics of its own, the mean over `batches`; the network keeps its own.

        Args:
            batches: Inputs, `(batch, *input)` each.

        Raises:
            CompileError: there are no batches.
        """
        own = own_statistics(self.graph, self.live_parts, self.live_parts)
        self.live_parts |= own
        register(self, self.graph, own)
        recalibrate(self, own, batches)


class Column(Section):
    """One column of a network, counted from 1, with the same head."""

    def __init__(self, graph: Graph, parts: Parts, plan: Plan[BatchStep], index: int) -> None:
        super().__init__(graph, parts, plan)
        self.index = index


def in_mode(section: S, *, training: bool) -> S:
    """Return a section in a mode; the modules that it shares with the network keep theirs."""
    shared = {module for part in section.live_parts.values() for module in part.modules()}
    for module in section.modules():
        if module not in shared:
            module.training = training
    return section


def find_ends(graph: Graph, starts: Sequence[str], ends: Sequence[str]) -> Ends:
    """Return the nodes whose values the names stand for: a tap, a node's path, or a rule call's path (its value).

    Raises:
        CompileError: nothing has such a name, or two starts are one value.
    """
    known = value_names(graph)
    for names in (starts, ends):
        if isinstance(names, str):
            raise CompileError(f"names are given as a list, found {names!r}", f"Write [{names!r}].")
    for name in (*starts, *ends):
        if name not in known:
            raise CompileError(f"nothing is called {name!r}", suggest(name, known))
    given: dict[int, str] = {}
    for name in starts:
        if known[name] in given:
            raise CompileError(f"{given[known[name]]!r} and {name!r} are one value", "Name each start once.")
        given[known[name]] = name
    return Ends(tuple(known[name] for name in starts), tuple(known[name] for name in ends))
