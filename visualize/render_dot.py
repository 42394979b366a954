"""Figure -> DOT, with every position pinned: `neato -n2` draws it as it is here.

DOT counts points from the lower left corner upwards. Of a picture that moves, it holds the first frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import graphviz

from .arrow_ways import beziers, until_head
from .families import mix
from .lettering import legible, text_width
from .marks import Arrow, Figure, Rect, Text
from .motion import FADED
from .render_svg import GROUND, INK, LINE, MUTED, PAPER, box_texts, fill_of, number, stroke_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def render(figure: Figure) -> bytes:
    """Return the picture as a DOT file."""
    return dot(figure).encode("utf-8")


def dot(figure: Figure) -> str:
    """Return the picture as DOT text."""
    graph = graphviz.Digraph(
        comment="draw with: neato -n2",
        graph_attr={"outputorder": "nodesfirst", "splines": "true", "pad": "0", "bgcolor": "white"},
        node_attr={"shape": "box", "fixedsize": "true", "fontname": "Helvetica", "margin": "0", "label": ""},
        edge_attr={"color": LINE[0], "arrowsize": "0.6"},
    )
    for number_, (rect, attributes) in enumerate(_nodes(figure)):
        graph.node(f"n{number_}", **_placed(figure, rect), **attributes)
    first = 1 + len(figure.bands)
    faded = _faded_arrows(figure)
    for index, arrow in enumerate(figure.arrows):
        ends = (f"n{first + arrow.link.source}", f"n{first + arrow.link.target}")
        pale = {"color": _pale(LINE[0])} if index in faded else {}
        graph.edge(*ends, pos=_way(figure, arrow), **pale)
    return str(graph.source)


def _nodes(figure: Figure) -> Iterator[tuple[Rect, dict[str, str]]]:
    """Yield the page, the grounds, the boxes, then what is written."""
    yield Rect(0, 0, figure.width, figure.height), {"style": "filled", "fillcolor": "white", "color": "white"}
    for band in figure.bands:
        yield band.rect, {"style": "rounded,filled", "fillcolor": GROUND[0], "color": GROUND[0]}
    faded = _faded_boxes(figure)
    for index, box in enumerate(figure.boxes):
        paint = figure.paints[box.colour]
        fill, stroke = fill_of(paint), stroke_of(paint)
        if index in faded:
            fill, stroke = _pale(fill), _pale(stroke)
        colours = {"style": "rounded,filled", "fillcolor": fill, "color": stroke}
        yield box.rect, {**colours, "tooltip": _quoted(box.cell.title)}
    for swatch in figure.legend:
        paint = figure.paints[swatch.paint]
        yield swatch.rect, {"style": "filled", "fillcolor": fill_of(paint), "color": stroke_of(paint)}
    for text in [*figure.texts, *(frame.caption for frame in figure.frames[:1])]:
        yield _text_rect(text, figure.width), _lettered(text)
    for index, box in enumerate(figure.boxes):
        for text in box_texts(box):
            yield _text_rect(text, figure.width), _lettered(text, faded=index in faded)


def _faded_boxes(figure: Figure) -> frozenset[int]:
    return figure.frames[0].boxes if figure.frames else frozenset()


def _faded_arrows(figure: Figure) -> frozenset[int]:
    return figure.frames[0].arrows if figure.frames else frozenset()


def _pale(colour: str) -> str:
    return mix(colour, PAPER[0], FADED)


def _text_rect(text: Text, page: float) -> Rect:
    """Return the box of a line against its anchor: wider than the line in any font, yet inside the page."""
    room = {"start": page - text.x, "middle": 2 * min(text.x, page - text.x), "end": text.x}[text.anchor]
    width = min(text_width(text.text, text.size) * 1.3 + 8, room)
    left = {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return Rect(text.x - left, text.y - text.size * 1.36, width, text.size * 2)


def _lettered(text: Text, *, faded: bool = False) -> dict[str, str]:
    side = {"start": "\\l", "middle": "", "end": "\\r"}[text.anchor]
    colour = INK[0] if text.ink == "ink" else MUTED[0]
    return {
        "shape": "plaintext",
        "label": graphviz.nohtml(_quoted(text.text) + side),
        "fontsize": number(text.size),
        "fontcolor": _pale(colour) if faded else colour,
        **({"fontname": "Helvetica-Bold"} if text.bold else {}),
    }


def _placed(figure: Figure, rect: Rect) -> dict[str, str]:
    x, y = _at(figure, rect.middle, rect.y + rect.height / 2)
    return {"pos": f"{x},{y}!", "width": f"{rect.width / 72:.4f}", "height": f"{rect.height / 72:.4f}"}


def _at(figure: Figure, x: float, y: float) -> tuple[str, str]:
    return number(x), number(figure.height - y)


def _way(figure: Figure, arrow: Arrow) -> str:
    tip = ",".join(_at(figure, *arrow.points[-1]))
    curve = (",".join(_at(figure, x, y)) for x, y in beziers(until_head(arrow.points)))
    return f"e,{tip} " + " ".join(curve)


def _quoted(text: str) -> str:
    # Graphviz reads entities in labels, so that "&lt;" in a spec would turn into "<".
    lines = (str(graphviz.escape(legible(line).replace("&", "&amp;"))) for line in text.split("\n"))
    quoted: str = graphviz.nohtml("\\n".join(lines))
    return quoted
