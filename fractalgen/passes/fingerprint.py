"""The hash by which a search knows that it has seen an architecture."""

from __future__ import annotations

from fractalgen.ir.canonical import canonical
from fractalgen.ir.graph import Graph
from fractalgen.passes.simplify import Simplify


def fingerprint(graph: Graph) -> str:
    """Return the canonical hash of what a graph with types computes.

    Names, provenance and the order of commutative branches do not count, nor what `Simplify` removes. Graphs with one
    fingerprint compute the same family of functions.
    """
    return canonical(Simplify()(graph)).digest
