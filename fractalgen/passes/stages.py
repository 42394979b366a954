"""A spec after each stage, as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from fractalgen.errors import UnknownNameError
from fractalgen.ir.build import build_graph
from fractalgen.ir.canonical import canonical
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.parts import Cost
from fractalgen.ir.printed import heading, node_line
from fractalgen.passes import Simplify, expand, facts, live_nodes, run_passes
from fractalgen.passes.costs import Costs
from fractalgen.registry import suggest
from fractalgen.spec import Spec

_WIDTH = 110


def stage_text(spec: Spec, stage: str) -> str:
    """Return a plain spec after one of `STAGES`, as text.

    Raises:
        UnknownNameError: there is no such stage.
        SpecError: a name, formula or parameter is wrong.
        GraphError: shapes do not fit, or the network would go past a limit.
    """
    if stage not in STAGES:
        raise UnknownNameError(f"unknown stage {stage!r}", suggest(stage, STAGES))
    return str(STAGES[stage](spec))


def _simplified(spec: Spec) -> Graph:
    return run_passes(expand(spec), (Simplify(),))


def _cost(spec: Spec) -> str:
    """Return the printed nodes, each after its parameters, MACs and elements for one sample; then the sums."""
    graph = expand(spec)
    costs = Costs(graph).each(range(len(graph.nodes)))
    rows = [_figures(node, cost) for node, cost in zip(graph.nodes, costs, strict=True)]
    sums = tuple(sum(column) for column in zip(*filter(None, rows), strict=True))
    table = [("parameters", "MACs", "elements", "")]
    table += [(*_cells(row), node_line(i, graph.nodes[i])) for i, row in enumerate(rows)]
    table.append((*_cells(sums), "sum"))
    widths = [max(len(row[place]) for row in table) for place in range(3)]
    lines = ["  ".join([*map(str.rjust, row, widths), row[3]]).rstrip() for row in table]
    return "\n".join([heading(graph), *lines])


def _figures(node: Node, cost: Cost) -> tuple[int, ...]:
    """Return parameters, MACs and elements of a node; nothing for an input, which is not computed."""
    if isinstance(node.part, Input) or node.type is None:
        return ()
    return cost.parameters, cost.macs, node.type.elements


def _cells(figures: tuple[int, ...]) -> tuple[str, str, str]:
    parameters, macs, elements = (f"{figure:,}" for figure in figures) if figures else ("", "", "")
    return parameters, macs, elements


def _columns(spec: Spec) -> str:
    """Return what each column runs: its figures, and its nodes by their numbers in the stage `ops`."""
    graph = expand(spec)
    lines = [heading(graph)]
    for column in facts(graph).columns:
        live = live_nodes(graph, column.index)
        lines.append(
            f"column {column.index}: {len(live)} nodes, depth {column.depth}, "
            f"{column.parameters:,} parameters, {column.macs:,} MACs"
        )
        lines += wrap(", ".join(_ranges(live)), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def _ranges(indices: Sequence[int]) -> Iterator[str]:
    """Yield rising numbers as `%3` or `%3..%7`."""
    for _, run in groupby(enumerate(indices), lambda pair: pair[1] - pair[0]):
        numbers = [index for _, index in run]
        yield f"%{numbers[0]}" + (f"..%{numbers[-1]}" if len(numbers) > 1 else "")


def _fingerprint(spec: Spec) -> str:
    """Return the text that is hashed, with the number of each line beside it, and its hash."""
    found = canonical(_simplified(spec))
    lines = found.listing.splitlines()
    width = len(str(len(lines)))
    numbered = [f"{number:>{width}}  {line}" for number, line in enumerate(lines[:-1])]
    return "\n".join([*numbered, f"{'':{width}}  {lines[-1]}", f"sha256 {found.digest}"])


STAGES: dict[str, Callable[[Spec], object]] = {
    "rules": build_graph,
    "ops": expand,
    "simplified": _simplified,
    "cost": _cost,
    "columns": _columns,
    "fingerprint": _fingerprint,
}
"""Name -> what makes it of a plain spec; `str` of that is its text."""
