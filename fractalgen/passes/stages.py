"""The graph of a spec after each stage, for people."""

from __future__ import annotations

from fractalgen.errors import UnknownNameError
from fractalgen.ir.build import build_graph
from fractalgen.ir.graph import Graph
from fractalgen.passes import Simplify, expand, run_passes
from fractalgen.registry import suggest
from fractalgen.spec import Spec

STAGES = ("rules", "ops", "simplified")


def graph_at(spec: Spec, stage: str) -> Graph:
    """Return the graph of a plain spec: `rules` as written, `ops` expanded with types, `simplified`.

    Raises:
        UnknownNameError: there is no such stage.
    """
    if stage not in STAGES:
        raise UnknownNameError(f"unknown stage {stage!r}", suggest(stage, STAGES))
    if stage == "rules":
        return build_graph(spec)
    graph = expand(spec)
    return graph if stage == "ops" else run_passes(graph, (Simplify(),))
