"""The printed form of a graph: one line a node, stable and readable."""

from __future__ import annotations

import dataclasses
from typing import Any

from fractalgen.ir.emit import RuleCall, TapRead
from fractalgen.ir.graph import Graph, Input, Node, part_name
from fractalgen.ir.pending import Deferred, PendingPart


def printed(graph: Graph) -> str:
    """Return the graph as text.

    Each line is `%index = kind(%inputs) {parameters that are not defaults} : type  # name`; the inputs of a droppable
    join carry the columns that take them, counted from 1.
    """
    lines = [heading(graph), *(node_line(index, node) for index, node in enumerate(graph.nodes))]
    lines += [f"tap {name} = %{index}" for name, index in graph.taps]
    lines.append("return " + ", ".join(f"%{index}" for index in graph.outputs))
    return "\n".join(lines)


def heading(graph: Graph) -> str:
    """Return the first line of a graph's printed form: its name and how large it is."""
    columns = f", {graph.columns} columns" if graph.columns > 1 else ""
    return f"graph {graph.name}: {len(graph.nodes)} nodes{columns}"


def node_line(index: int, node: Node) -> str:
    """Return the line of one node."""
    parameters = _parameters(node.part) | ({"share": node.share} if node.share is not None else {})
    text = f"%{index} = {_kind(node.part)}"
    if not isinstance(node.part, Input):
        text += f"({_inputs(node)})"
    if parameters:
        text += " {" + ", ".join(f"{key}: {_value(value)}" for key, value in parameters.items()) + "}"
    if node.type is not None:
        text += f" : {node.type}"
    return f"{text}  # {node.path}"


def _kind(part: Any) -> str:
    if isinstance(part, RuleCall):
        return f"call {part.rule}"
    if isinstance(part, PendingPart):
        return part.name
    if isinstance(part, TapRead):
        return f"from {part.name}"
    return part_name(part)


def _inputs(node: Node) -> str:
    if node.columns is None:
        return ", ".join(f"%{source}" for source in node.inputs)
    pairs = zip(node.inputs, node.columns, strict=True)
    return ", ".join(f"%{source} [{low + 1}..{high}]" for source, (low, high) in pairs)


def _parameters(part: Any) -> dict[str, Any]:
    if isinstance(part, PendingPart):
        return dict(part.arguments)
    if isinstance(part, RuleCall | TapRead | Input):
        return {}
    return {
        item.name: value for item in dataclasses.fields(part) if (value := getattr(part, item.name)) != item.default
    }


def _value(value: Any) -> str:
    if isinstance(value, Deferred):
        return value.formula.text
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else str(value)
