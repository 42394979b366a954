"""Spec -> graph of rules: what the user wrote, rule calls still closed."""

from __future__ import annotations

from fractalgen.ir.emit import Emitter, whole
from fractalgen.ir.evaluate import evaluate
from fractalgen.ir.graph import Graph, Input, Node
from fractalgen.ir.types import TensorType
from fractalgen.spec import Spec


def build_graph(spec: Spec) -> Graph:
    """Return the graph of a plain spec with one node for each rule call.

    Raises:
        SpecError: a name, formula or parameter is wrong.
        GraphError: the network would go past a limit.
    """
    term = evaluate(spec)
    emitter = Emitter(inline=False)
    source = emitter.add(
        Node(Input(), name="input", type=TensorType(spec.network.input.shape, spec.network.input.dtype))
    )
    output = emitter.emit(term, source, whole(term.columns), None)
    return Graph(tuple(emitter.nodes), (output,), term.columns, spec.name)
