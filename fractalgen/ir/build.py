"""Spec -> graph: of rules, as the user wrote it, or of ops."""

from __future__ import annotations

from dataclasses import replace

from fractalgen.errors import UnknownNameError
from fractalgen.ir.emit import Emitter, whole
from fractalgen.ir.evaluate import evaluate
from fractalgen.ir.graph import Graph, Input, Node, Program
from fractalgen.ir.types import TensorType
from fractalgen.registry import suggest
from fractalgen.spec import Spec

BODY = "body"


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
    missing = next((name for name in program.outputs if name not in values), None)
    if missing is not None and inline:
        hint = suggest(missing, values)
        raise UnknownNameError(f"the network has no value {missing!r} to return", hint, program.place)
    outputs = tuple(values[name] for name in program.outputs if name in values) or (body,)
    return Graph(tuple(emitter.nodes), outputs, program.term.columns, taps=tuple(emitter.taps.items()))
