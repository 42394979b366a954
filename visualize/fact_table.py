"""Figures of a network for people, as rows of text."""

from __future__ import annotations

from fractalgen.ir.graph import Graph
from fractalgen.passes import Facts


def fact_lines(graph: Graph, known: Facts | None) -> tuple[tuple[str, str], ...]:
    """Return the figures of a graph for people."""
    if known is None:
        return (("nodes", f"{len(graph.nodes):,}"), ("joins", f"{sum(node.is_join for node in graph.nodes):,}"))
    return figures(known)


def figures(known: Facts) -> tuple[tuple[str, str], ...]:
    """Return the facts of a network for people."""
    return (
        ("parameters", f"{known.parameters:,}"),
        ("MACs", f"{known.macs:,}"),
        ("depth", f"{known.depth:,}"),
        ("shortest path", f"{known.shortest_path:,}"),
        ("receptive field", f"{known.receptive_field:,}"),
        ("activations", f"{known.activations:,}"),
        ("nodes", f"{known.nodes:,}"),
        ("joins", f"{known.joins:,}"),
        ("output", ", ".join(known.outputs)),
        ("fingerprint", known.fingerprint),
    )


def column_table(known: Facts | None) -> tuple[tuple[str, ...], ...]:
    """Return the figures of each column under their headings; nothing for one column."""
    if known is None or len(known.columns) < 2:
        return ()
    rows = [(c.index, c.depth, c.parameters, c.macs) for c in known.columns]
    return ("column", "depth", "parameters", "MACs"), *(tuple(f"{value:,}" for value in row) for row in rows)
