"""Graph -> Figure: the layout, and everything written around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fractalgen.ir.graph import Graph
from fractalgen.passes import Facts, facts

from .blocks import around, bands_of
from .colouring import Colouring, colouring
from .column_layout import column_layout
from .detail import View, view
from .fact_table import column_table, fact_lines
from .fading import frames_of
from .labels import size
from .layered_layout import layered_layout
from .lettering import shorten, text_width
from .look import PLAIN, Look
from .marks import Band, Column, Figure, Layout, Rect, Swatch, Text
from .wording import layers, short

MARGIN = 24.0
TITLE = 18.0
NOTE = 11.0
NARROWEST = 380.0
GUTTER = 12.0
"""Between the text beside a block and its ground."""
MOST_BESIDE = 150.0


def figure(graph: Graph, look: Look = PLAIN) -> Figure:
    """Return the picture of an expanded graph as data.

    Columns lie side by side and depth runs downwards; what does not fit that gets rows.

    Raises:
        ExportError: it cannot be drawn as `look` asks: too many boxes, or a colour for what is not known.
    """
    seen = view(graph, look)
    return figure_of(graph, seen, colouring(graph, seen.cells, look), look)


def figure_of(graph: Graph, seen: View, colours: Colouring, look: Look) -> Figure:
    """Return the picture of a view in given colours."""
    layout = column_layout(graph, seen) or layered_layout(seen)
    boxes = tuple(replace(box, paint=paint) for box, paint in zip(layout.boxes, colours.of, strict=True))
    typed = all(node.type is not None for node in graph.nodes)
    known = facts(graph) if look.with_facts and typed else None
    page = _Page(graph, seen, replace(layout, boxes=boxes), known)
    return page.figure(colours, look)


class _Page:
    """Writes around a layout: titles above, block names to the left, the legend below."""

    def __init__(self, graph: Graph, seen: View, layout: Layout, known: Facts | None) -> None:
        self._graph = graph
        self._seen = seen
        self._known = known
        bands = bands_of(layout, seen.blocks)
        bounds = around([layout.bounds, *(band.rect for band in bands)])
        left = MARGIN + max((self._beside_width(band) + GUTTER for band in bands), default=0.0)
        head = self._head()
        self._width = max(NARROWEST, left + bounds.width + MARGIN, max(text.x + _wide(text) for text in head) + MARGIN)
        # A drawing without block names stands in the middle; with them, it keeps to its names.
        spare = self._width - MARGIN - left - bounds.width
        right, down = left + spare / 2 - bounds.x, self._under_head(layout) - bounds.y
        self._layout = layout.moved(right, down)
        self._bands = tuple(Band(band.scope, band.rect.moved(right, down)) for band in bands)
        self._bottom = bounds.bottom + down
        self._texts = [*head, *self._headings(), *self._beside()]

    def figure(self, colours: Colouring, look: Look) -> Figure:
        at = Text(MARGIN, self._bottom + 30, "", 12, bold=True)
        frames = frames_of(self._graph, self._layout, look.batches, at)
        legend, labels, height = self._legend(colours, self._bottom + (50 if frames else 28))
        return Figure(
            name=self._graph.name,
            width=max([self._width, *(frame.caption.x + _wide(frame.caption) + MARGIN for frame in frames)]),
            height=height,
            layout=self._layout,
            bands=self._bands,
            texts=tuple(text for text in (*self._texts, *labels) if text.text),
            legend=legend,
            facts=fact_lines(self._graph, self._known),
            table=column_table(self._known),
            paints=colours.paints,
            frames=frames,
        )

    def _head(self) -> list[Text]:
        title = shorten(self._graph.name or "network", TITLE, 560)
        texts = [Text(MARGIN, MARGIN + TITLE, title, TITLE, bold=True)]
        for line in self._notes():
            texts.append(Text(MARGIN, texts[-1].y + 18, line, NOTE, ink="muted"))
        return texts

    def _notes(self) -> list[str]:
        notes = []
        if self._known is not None:
            known = self._known
            notes.append(
                f"{short(known.parameters)} parameters · {short(known.macs)} MACs · {layers(known.depth)} deep"
            )
        if not self._seen.is_full:
            shown = sum(1 for cell in self._seen.cells if cell.nodes)
            notes.append(f"{len(self._graph.nodes):,} nodes in {shown} boxes: neighbours are drawn as one")
        return notes

    def _under_head(self, layout: Layout) -> float:
        room = 46.0 if layout.columns else 24.0
        return MARGIN + TITLE + 18 * len(self._notes()) + room

    def _headings(self) -> list[Text]:
        columns = self._layout.columns
        top = self._layout.bounds.y
        texts = []
        for column in columns:
            middle = column.x + column.width / 2
            texts.append(Text(middle, top - 24, f"column {column.index}", NOTE, "middle", bold=True))
            texts.append(Text(middle, top - 11, self._column_note(column), 10, "middle", "muted"))
        return texts

    def _column_note(self, column: Column) -> str:
        if self._known is None:
            return ""
        found = self._known.columns[column.index - 1]
        return f"{layers(found.depth)} · {short(found.parameters)}"

    def _beside(self) -> Iterable[Text]:
        for band in self._bands:
            x, y = band.rect.x - GUTTER, band.rect.y + band.rect.height / 2
            name, shape = self._beside_lines(band)
            yield Text(x, y - 2, name, 12, "end", bold=True)
            yield Text(x, y + 13, shape, 10, "end", "muted")

    def _beside_lines(self, band: Band) -> tuple[str, str]:
        depth = len(band.scope)
        nodes = [i for cell in self._seen.cells for i in cell.nodes if cell.scope[:depth] == band.scope]
        shape = size(self._graph.nodes[max(nodes)])
        return shorten(band.scope[-1], 12, MOST_BESIDE), f"→ {shape}" if shape else ""

    def _beside_width(self, band: Band) -> float:
        name, shape = self._beside_lines(band)
        return max(text_width(name, 12), text_width(shape, 10))

    def _legend(self, colours: Colouring, y: float) -> tuple[tuple[Swatch, ...], list[Text], float]:
        present = {box.colour for box in self._layout.boxes}
        x = MARGIN
        swatches, texts = [], []
        for name in (name for name in colours.paints if name in present):
            title = colours.paints[name].title
            need = 18 + text_width(title, NOTE) + 16
            if x + need > self._width - MARGIN + 16 and x > MARGIN:
                x, y = MARGIN, y + 20
            swatches.append(Swatch(name, Rect(x, y, 12, 12)))
            texts.append(Text(x + 18, y + 10, title, NOTE, ink="muted"))
            x += need
        return tuple(swatches), texts, y + 12 + MARGIN


def _wide(text: Text) -> float:
    return text_width(text.text, text.size) * (1.08 if text.bold else 1.0)
