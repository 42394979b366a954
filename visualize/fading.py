"""Drop-path in a picture: which boxes and arrows fade in which mini-batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fractalgen.ir.graph import Graph

from .drop_path import Batch, live_nodes, share_of_macs
from .marks import Arrow, Frame, Layout, Text


def frames_of(graph: Graph, layout: Layout, batches: Sequence[Batch], at: Text) -> tuple[Frame, ...]:
    """Return a frame for each mini-batch, with its caption where `at` stands."""
    return tuple(
        _frame(graph, layout, batch, replace(at, text=_caption(graph, batch, number, len(batches))))
        for number, batch in enumerate(batches, 1)
    )


def _frame(graph: Graph, layout: Layout, batch: Batch, caption: Text) -> Frame:
    live = live_nodes(graph, batch)
    boxes = [number for number, box in enumerate(layout.boxes) if box.cell.nodes and live.isdisjoint(box.cell.nodes)]
    arrows = [number for number, arrow in enumerate(layout.arrows) if not _runs(arrow, live, batch)]
    return Frame(caption, frozenset(boxes), frozenset(arrows))


def _runs(arrow: Arrow, live: set[int], batch: Batch) -> bool:
    """Whether some edge that an arrow stands for is read; the one towards the mark of an output always is."""
    edges = arrow.link.edges
    return not edges or any(
        reader in live and (reader not in batch.kept or position in batch.kept[reader]) for _, reader, position in edges
    )


def _caption(graph: Graph, batch: Batch, number: int, count: int) -> str:
    words = {"local": "local drop-path", "full": "nothing is dropped"}.get(batch.mode, f"global: {batch.mode} alone")
    text = f"mini-batch {number}: {words}" if count > 1 else words
    if any(node.type is None for node in graph.nodes):
        return text
    return f"{text}, {share_of_macs(graph, batch):.0%} of the MACs"
