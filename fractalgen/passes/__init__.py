"""Graph -> Graph.

`expand` runs the standard passes on a plain spec; each pass is a file here, and each is verified after it ran.
"""

from __future__ import annotations

from fractalgen.ir.build import build_graph
from fractalgen.ir.graph import Graph
from fractalgen.passes._base import Pass, run_passes
from fractalgen.passes.columns import kept_inputs, live_nodes
from fractalgen.passes.enumerate import Architecture, Enumeration
from fractalgen.passes.expand_rules import ExpandRules
from fractalgen.passes.facts import ColumnFacts, Facts, facts
from fractalgen.passes.fingerprint import fingerprint
from fractalgen.passes.infer_shapes import InferShapes
from fractalgen.passes.simplify import Simplify
from fractalgen.spec import Spec

STANDARD: tuple[Pass, ...] = (ExpandRules(), InferShapes())


def expand(spec: Spec) -> Graph:
    """Return the graph of ops that a plain spec describes, with types, verified.

    Raises:
        SpecError: a name, formula or parameter is wrong.
        GraphError: shapes do not fit, or the network would go past a limit.
    """
    return run_passes(build_graph(spec), STANDARD)


__all__ = [
    "Architecture",
    "ColumnFacts",
    "Enumeration",
    "ExpandRules",
    "Facts",
    "InferShapes",
    "Pass",
    "Simplify",
    "expand",
    "facts",
    "fingerprint",
    "kept_inputs",
    "live_nodes",
    "run_passes",
]
