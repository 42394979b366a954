"""What a box says."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.parts import as_pair

from .families import LIGHT, family_of
from .lettering import TIMES

_SHORT = {"batch_norm": "bn", "layer_norm": "ln", "group_norm": "gn", "rms_norm": "rms norm"}


def main_node(nodes: Sequence[Node]) -> Node:
    """Return the node that the others of a box ride along with."""
    return next((node for node in nodes if family_of(node.kind) not in LIGHT), nodes[0])


def cell_lines(nodes: Sequence[Node]) -> tuple[str, ...]:
    """Return one or two lines: the main op, and what rides along in order of execution."""
    main = main_node(nodes)
    riders = [rider(node) for node in nodes if node is not main and not getattr(node.part, "is_noop", False)]
    return (part_line(main), " · ".join(riders)) if riders else (part_line(main),)


def rider(node: Node) -> str:
    """Return the shortest name that still says everything that counts: `bn`, `dropout 0.1`."""
    name = _SHORT.get(node.kind, node.kind.replace("_", " "))
    rate = getattr(node.part, "rate", None)
    return f"{name} {rate:g}" if isinstance(rate, int | float) else name


def part_line(node: Node) -> str:
    """Return an op or join in a few words: `conv 3x3, 64`, `max pool 2x2`, `concat + 1x1`."""
    part = node.part
    if isinstance(part, Input):
        return f"input {size(node)}".strip()
    if node.is_join:
        return _join_line(node)
    if node.kind == "conv":
        return _conv_line(node)
    if node.kind in {"max_pool", "avg_pool"}:
        return f"{node.kind.replace('_', ' ')} {_window(part.kernel)}{_stride(part.stride, part.kernel)}"
    if node.kind == "linear":
        return f"linear {_channels(node)}".strip()
    return ", ".join([node.kind.replace("_", " "), *(_detail(key, value) for key, value in _settings(part))])


def size(node: Node) -> str:
    """Return the type of a node's output for people, with a cross between its sizes; empty while it is not known."""
    return "" if node.type is None else str(node.type).replace("x", TIMES)


def node_line(node: Node) -> str:
    """Return a node in full for a tooltip: path, op, every setting that is no default, type."""
    settings = ", ".join(f"{key}: {value}" for key, value in _settings(node.part))
    words = [f"{node.path}: {node.kind}", f"{{{settings}}}" if settings else "", f"→ {size(node)}" if node.type else ""]
    return " ".join(word for word in words if word)


def _detail(key: str, value: object) -> str:
    if isinstance(value, bool):
        return key if value else f"no {key}"
    return f"{key} {value}"


def _join_line(node: Node) -> str:
    name = node.kind.replace("_", " ")
    if getattr(node.part, "project", False):
        name += f" + 1{TIMES}1"
    return name


def _conv_line(node: Node) -> str:
    part = node.part
    words = [f"conv {_window(part.kernel)}{_stride(part.stride, 1)}", _channels(node)]
    if part.groups > 1:
        words.append(f"{part.groups} groups")
    if as_pair(part.dilation) != (1, 1):
        words.append(f"dilation {part.dilation}")
    return ", ".join(word for word in words if word)


def _channels(node: Node) -> str:
    if node.type is not None:
        return str(node.type.channels)
    return "" if node.part.out is None else str(node.part.out)


def _window(value: int | tuple[int, int]) -> str:
    high, wide = as_pair(value)
    return f"{high}{TIMES}{wide}"


def _stride(value: int | tuple[int, int], usual: int | tuple[int, int]) -> str:
    if as_pair(value) == as_pair(usual):
        return ""
    high, wide = as_pair(value)
    return f" /{high}" if high == wide else f" /{high}{TIMES}{wide}"


def _settings(part: Any) -> list[tuple[str, Any]]:
    if not dataclasses.is_dataclass(part) or isinstance(part, Input):
        return []
    fields = ((item, getattr(part, item.name)) for item in dataclasses.fields(part))
    return [(item.name, value) for item, value in fields if value != item.default and "beginning" not in item.metadata]


def tooltip(graph: Graph, nodes: Sequence[int], most: int = 12) -> str:
    """Return what a hover tells: every node in full, at most `most` of them."""
    lines = [node_line(graph.nodes[index]) for index in nodes[:most]]
    if len(nodes) > most:
        lines.append(f"and {len(nodes) - most:,} more")
    return "\n".join(lines)
