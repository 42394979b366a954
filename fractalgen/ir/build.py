"""Spec -> graph: of rules, as the user wrote it, or of ops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from fractalgen.errors import UnknownNameError
from fractalgen.ir.emit import Emitter, whole
from fractalgen.ir.evaluate import evaluate
from fractalgen.ir.graph import Graph, Input, Node, Program
from fractalgen.ir.types import TensorType
from fractalgen.registry import suggest
from fractalgen.spec import Spec

BODY = "body"
ANY = "*"
"""In the name of an output: any text, so that it names all taps which it fits, however many."""


def build_graph(spec: Spec) -> Graph:
    """Return the graph of a plain spec with one node for each rule call.

    Raises:
        SpecError: a name, formula or parameter is wrong.
        GraphError: the network would go past a limit.
    """
    network = spec.network
    source = TensorType(network.input.shape, network.input.dtype)
    program = Program(evaluate(spec), source, network.outputs, spec.tree.value["network"].place)
    graph = written(program, inline=False)
    return replace(graph, name=spec.name, program=program)


def written(program: Program, *, inline: bool) -> Graph:
    """Return the nodes of a program; with `inline`, rule calls are written out.

    Raises:
        GraphError: a wiring that cannot be.
        UnknownNameError: an output or reference that nothing has the name of.
    """
    emitter = Emitter(inline=inline)
    source = emitter.add(Node(Input(), name="input", type=program.source))
    body = emitter.emit(program.term, (source,), whole(program.term.columns), None)
    values = {BODY: body, **emitter.taps}
    missing = next((name for name in program.outputs if name not in values and ANY not in name), None)
    outputs = tuple(_outputs(program.outputs, values))
    if inline and (missing is not None or not outputs):
        wanted = missing or program.outputs[0]
        raise UnknownNameError(f"the network has no value {wanted!r} to return", suggest(wanted, values), program.place)
    outputs = outputs or (body,)
    return Graph(tuple(emitter.nodes), outputs, program.term.columns, taps=tuple(emitter.taps.items()))


def _outputs(names: tuple[str, ...], values: Mapping[str, int]) -> Iterator[int]:
    """Yield the node of each name; a name with `*` stands for every tap that it fits, in the order of writing."""
    for name in names:
        if name in values:
            yield values[name]
        elif ANY in name:
            yield from (index for tap, index in values.items() if tap != BODY and fnmatchcase(tap, name))
