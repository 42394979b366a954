"""A graph as a torch module that computes only what survives drop-path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from fractalgen.compiler.budget import Budget, milliseconds_of
from fractalgen.compiler.checkpointing import Checkpointing
from fractalgen.compiler.drop_path import DropPathSampler
from fractalgen.compiler.execute import Output, check_inputs, execute
from fractalgen.compiler.lean_noise import with_lean_noise
from fractalgen.compiler.modules import build_modules, register
from fractalgen.compiler.per_sample import plan_samples
from fractalgen.compiler.schedule import BatchStep, Parts, Pattern, Plan, Step, column_pattern, plan
from fractalgen.compiler.section import Column, Section, find_ends, in_mode
from fractalgen.compiler.statistics import STATISTICS, ColumnStatistics, batch_norms, own_statistics, recalibrate
from fractalgen.errors import CompileError
from fractalgen.ir.graph import Graph
from fractalgen.notebook import view
from fractalgen.passes import Simplify
from fractalgen.passes import live_nodes as column_nodes
from fractalgen.passes.order import memory_order
from fractalgen.spec import DropPath

FULL = "full"


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
        self.mode = FULL
        """What the last forward pass ran: `full`, `local` (something was dropped), `column K` or `samples`."""
        self.checkpointing: Checkpointing = "none"
        """What the backward pass computes again instead of keeping it."""
        self._parts = build_modules(graph)
        register(self, graph, self._parts)
        self._sampler = DropPathSampler(graph, drop_path, seed)
        self._order = memory_order(graph).nodes
        self._full = self._plan({})
        self._plans: dict[int, Plan[BatchStep]] = {}
        self._lean_plans: dict[str, Plan[Step]] = {}
        self._column_parts: dict[int, Parts] = {}
        self._anytime: list[Section] = []
        self._times: dict[Any, float] = {}  # of a choice, by its place in _anytime
        if drop_path.batch_norm == "per_column" and graph.columns > 1:
            self._add_statistics()

    def _repr_svg_(self) -> str:
        return view("graph", self.graph)

    def forward(self, x: Tensor) -> Output:
        """Return the outputs for `x`, `(batch, *input)`.

        Raises:
            CompileError: `x` does not have the shape or kind of the network's input.
        """
        check_inputs(self.graph, self._full.sources, (x,))
        parts, what = self._choose(x)
        return execute(self.graph, parts, what, (x,), self.checkpointing)

    def column(self, index: int) -> Column:
        """Return column `index`, counted from 1, as a module that shares this network's weights.

        Raises:
            CompileError: there is no such column.
        """
        if index not in range(1, self.graph.columns + 1):
            raise CompileError(f"there is no column {index!r}", f"The network has columns 1 to {self.graph.columns}.")
        column = Column(self.graph, self._parts_in(index), self._column_plan(index), index)
        return in_mode(column, training=self.training)

    def columns(self) -> list[Column]:
        """Return every column, the shallowest first."""
        return [self.column(index) for index in range(1, self.graph.columns + 1)]

    def between(self, starts: Sequence[str] = ("input",), ends: Sequence[str] = ()) -> Section:
        """Return what lies between named values as a module that shares this network's weights.

        Args:
            starts: Values that are given: a tap, the path of a node, or the path of a rule call for its value.
            ends: Values that are returned, in order; the network's outputs when left out.

        Raises:
            CompileError: nothing has such a name, or the ends need a value that is not given.
        """
        found = find_ends(self.graph, starts, ends or [self.graph.nodes[i].path for i in self.graph.outputs])
        what = plan(self.graph, {}, found, self._order)
        return in_mode(Section(self.graph, self._parts, what), training=self.training)

    def predict(self, x: Tensor, budget: Budget) -> Output:
        """Return the answer of the most expensive of all columns and the whole net that fits a budget.

        An answer is always given: where nothing fits, it is that of the cheapest column. `mode` tells what answered.

        Args:
            x: `(batch, *input)`.
            budget: What it may cost. Times are measured once for each shape and device, with 7 passes each.

        Raises:
            CompileError: `budget` is none, or `x` does not have the shape or kind of the network's input.
        """
        if not isinstance(budget, Budget):
            raise CompileError(f"{budget!r} is no budget", "Write Budget(macs=2e8) or Budget(milliseconds=5).")
        check_inputs(self.graph, self._full.sources, (x,))
        modes = {each: each.training for each in self.modules()}
        self.eval()
        try:
            if not self._anytime:
                whole = Section(self.graph, self._parts, self._full)
                self._anytime = sorted([*self.columns(), whole], key=lambda section: section.macs)
            order = reversed(range(len(self._anytime)))
            chosen = self._anytime[next((index for index in order if self._fits(index, x, budget)), 0)]
            with torch.inference_mode():
                answer: Output = chosen(x)
            self.mode = f"column {chosen.index}" if isinstance(chosen, Column) else FULL
        finally:
            for each, training in modes.items():
                each.training = training
        return answer

    def recalibrate(self, batches: Iterable[Tensor]) -> None:
        """Set the batch-norm statistics of the joined net, and those of each column that has its own, from `batches`.

        Args:
            batches: Inputs, `(batch, *input)` each, run once for the net and once for each such column.

        Raises:
            CompileError: there are no batches.
        """
        kept = list(batches)
        recalibrate(self, batch_norms(self._parts), kept)
        for index in self._column_parts:
            column = self.column(index)
            recalibrate(column, batch_norms(column.live_parts), kept)

    @property
    def drop_path_progress(self) -> float:
        """Share of the training that is over, 0 to 1, by which the schedule of the drop-path rate goes."""
        return self._sampler.progress

    @drop_path_progress.setter
    def drop_path_progress(self, value: float) -> None:
        self._sampler.progress = value

    @property
    def drop_path_rate(self) -> float:
        """The probability of a local drop now."""
        return self._sampler.rate

    @property
    def drop_path_part(self) -> tuple[int, int]:
        """Which of how many equal parts of a mini-batch a pass gets; all parts, from one state, draw alike."""
        return self._sampler.part

    @drop_path_part.setter
    def drop_path_part(self, value: tuple[int, int]) -> None:
        index, parts = value
        if not 0 <= index < parts:
            raise CompileError(f"there is no part {index} of {parts}", "Parts are counted from 0: (0, 2) and (1, 2).")
        self._sampler.part = value

    def drop_path_state(self) -> dict[str, Any]:
        """Return the state of drop-path's generator."""
        return self._sampler.state()

    def load_drop_path_state(self, state: dict[str, Any]) -> None:
        """Go on with drop-path from a state that `drop_path_state` returned."""
        self._sampler.load_state(state)

    def _choose(self, x: Tensor) -> tuple[Parts, Plan[Step]]:
        self.mode = FULL
        if not self.training:
            return self._parts, self._full
        if not self._sampler.active:
            return self._parts, self._lean(FULL, self._full)
        if self.drop_path.per == "sample":
            if not len(x):
                return self._parts, self._full
            self.mode = "samples"
            patterns = self._sampler.samples(len(x))
            return self._parts, plan_samples(self.graph, patterns, x.device, self._order)
        drawn = self._sampler.sample()
        self.mode = drawn.mode
        if drawn.column is not None:
            return self._parts_in(drawn.column), self._lean(drawn.mode, self._column_plan(drawn.column))
        if drawn.mode == FULL:
            return self._parts, self._lean(FULL, self._full)
        return self._parts, with_lean_noise(self.graph, self._plan(drawn.pattern))

    def _lean(self, mode: str, what: Plan[BatchStep]) -> Plan[Step]:
        if mode not in self._lean_plans:
            self._lean_plans[mode] = with_lean_noise(self.graph, what)
        return self._lean_plans[mode]

    def _plan(self, pattern: Pattern) -> Plan[BatchStep]:
        return plan(self.graph, pattern, order=self._order)

    def _column_plan(self, index: int) -> Plan[BatchStep]:
        if index not in self._plans:
            self._plans[index] = self._plan(column_pattern(self.graph, index))
        return self._plans[index]

    def _parts_in(self, column: int) -> Parts:
        return self._column_parts.get(column, self._parts)

    def _add_statistics(self) -> None:
        own = {
            index: own_statistics(self.graph, self._parts, column_nodes(self.graph, index))
            for index in range(1, self.graph.columns + 1)
        }
        self.add_module(STATISTICS, ColumnStatistics(self.graph, self._parts, own))
        self._column_parts = {index: {**self._parts, **norms} for index, norms in own.items()}

    def _fits(self, index: int, x: Tensor, budget: Budget) -> bool:
        section = self._anytime[index]
        if budget.macs is not None:
            return section.macs <= budget.macs
        key = (index, tuple(x.shape), x.dtype, x.device)
        if key not in self._times:
            self._times[key] = milliseconds_of(section, x)
        return self._times[key] <= (budget.milliseconds or 0)


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
