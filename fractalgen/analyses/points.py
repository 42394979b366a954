"""Which values of a network an analysis looks at, without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from fractalgen.errors import CompileError, UnknownNameError
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.ops.linear import Linear
from fractalgen.ir.types import TensorType
from fractalgen.passes.value_names import call_values
from fractalgen.registry import suggest

EVERY = "every-"


@dataclass(frozen=True)
class Point:
    """A value inside a network.

    Attributes:
        name: The tap, where it has one, or the path of its node.
        path: The path of its node, under which the compiled network knows it.
        depth: Most layers (convolutions, attention, linear) on a way from the input to it, its own among them.
        type: Its type.
    """

    name: str
    path: str
    depth: int
    type: TensorType


def find_points(graph: Graph, at: str = "") -> tuple[Point, ...]:
    """Return the values that `at` names, the least deep first, each once.

    Args:
        graph: A simplified graph with types, as `network.graph`.
        at: Names, separated by commas: a tap, the path of a node, the path of a rule call for its value; `every-tap`,
            `every-call` (the values of all rule calls), `every-layer` (convolutions, attention, linear),
            `every-column` (what the last droppable join merges), `every-branch` (what all joins merge), `every-node`,
            or `every-` and the name of an op or join. Empty: the taps, or where there are none, `every-layer`.

    Raises:
        CompileError: nothing has such a name, or what it names holds no numbers that are computed with.
        UnknownNameError: there is no such kind of values.
    """
    words = [word.strip() for word in at.split(",") if word.strip()] or [_default(graph)]
    chosen: set[int] = set()
    for word in words:
        chosen.update(_every(graph, word) if word.startswith(EVERY) else (_named(graph, word),))
    taps = {node: name for name, node in reversed(graph.taps)}
    depths = _depths(graph)
    return tuple(_point(graph, node, taps, depths) for node in sorted(chosen, key=lambda node: (depths[node], node)))


def _default(graph: Graph) -> str:
    return "every-tap" if graph.taps else "every-layer"


def _named(graph: Graph, name: str) -> int:
    from fractalgen.compiler.section import find_ends

    (node,) = find_ends(graph, (), (name,)).outputs
    kind = graph.nodes[node].type
    if kind is not None and kind.dtype != "float":
        raise CompileError(f"{name!r} holds tokens, not numbers", "Name a value behind the embedding.")
    return node


def _every(graph: Graph, word: str) -> Iterable[int]:
    known: dict[str, Callable[[], Iterable[int]]] = {
        "tap": lambda: [node for _, node in graph.taps],
        "call": lambda: call_values(graph).values(),
        "layer": lambda: [index for index, node in enumerate(graph.nodes) if _layers(node)],
        "column": lambda: next((node.inputs for node in reversed(graph.nodes) if node.droppable), ()),
        "branch": lambda: [source for node in graph.nodes if node.is_join for source in node.inputs],
        "node": lambda: range(len(graph.nodes)),
    }
    kinds = {node.kind for node in graph.nodes if not isinstance(node.part, Input)}
    kind = word.removeprefix(EVERY)
    if kind in known:
        found = known[kind]()
    elif kind in kinds:
        found = [index for index, node in enumerate(graph.nodes) if node.kind == kind]
    else:
        choices = [f"{EVERY}{each}" for each in (*known, *sorted(kinds))]
        raise UnknownNameError(f"the network has nothing that {word!r} means", _hint(word, choices))
    kept = [index for index in found if _is_computed(graph.nodes[index])]
    if not kept:
        raise CompileError(f"the network has no {kind}", "Name other values: a path, or every-node.")
    return kept


def _hint(word: str, choices: list[str]) -> str:
    return suggest(word, choices) or f"Known: {', '.join(choices)}."


def _is_computed(node: Node) -> bool:
    return not isinstance(node.part, Input) and node.type is not None and node.type.dtype == "float"


def _layers(node: Node) -> int:
    return 1 if isinstance(node.part, Linear) else int(getattr(node.part, "depth", 0))


def _depths(graph: Graph) -> list[int]:
    depths: list[int] = []
    for node in graph.nodes:
        depths.append(_layers(node) + max((depths[source] for source in node.inputs), default=0))
    return depths


def _point(graph: Graph, index: int, taps: dict[int, str], depths: list[int]) -> Point:
    node = graph.nodes[index]
    if node.type is None:
        raise CompileError(f"{node.path!r} has no type", "Analyse what `compile_graph` returns.")
    return Point(taps.get(index, node.path), node.path, depths[index], node.type)
