"""Figure -> Mermaid, the diagrams that code hosts and wikis draw from text (https://mermaid.js.org).

Mermaid lays the boxes out by itself; blocks are its subgraphs. Of a picture that moves, it holds the first frame.
"""

from __future__ import annotations

from collections.abc import Iterator

from .blocks import Block
from .families import Paint
from .lettering import TIMES, legible, shorten
from .marks import Box, Figure
from .motion import FADED
from .render_svg import INK, fill_of, stroke_of

ROOM = 230.0
_PLAIN = frozenset(f" ·,.:+-/{TIMES}→()")


def render(figure: Figure) -> bytes:
    """Return the picture as a Mermaid file."""
    return mermaid(figure).encode("utf-8")


def mermaid(figure: Figure) -> str:
    """Return the picture as Mermaid text."""
    lines = ["---", f'title: "{quoted(shorten(figure.name or "network", 18, 560))}"', "---", "flowchart TD"]
    lines += _boxes(figure)
    lines += [f"  n{arrow.link.source} --> n{arrow.link.target}" for arrow in figure.arrows]
    lines += _colours(figure)
    if figure.frames:
        lines += _faded(figure)
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text for a Mermaid string: all but letters, digits and harmless signs as numbered entities."""
    line = " ".join(legible(text).split())
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in line)


def _boxes(figure: Figure) -> Iterator[str]:
    """Yield every box in its block; a block that is split stays one subgraph."""
    bands = {band.scope: number for number, band in enumerate(figure.bands)}
    inside: dict[Block | None, list[str]] = {}
    for number, box in enumerate(figure.boxes):
        scope = next((scope for scope in bands if box.cell.scope[: len(scope)] == scope), None)
        inside.setdefault(scope, []).append(_box(number, box))
    for scope, boxes in inside.items():
        if scope is None:
            yield from (f"  {box}" for box in boxes)
        else:
            yield f'  subgraph b{bands[scope]}["{quoted(shorten(scope[-1], 12, ROOM))}"]'
            yield from (f"    {box}" for box in boxes)
            yield "  end"


def _box(number: int, box: Box) -> str:
    lines = "<br/>".join(quoted(shorten(line, 12, ROOM)) for line in box.cell.lines)
    left, right = ("([", "])") if box.cell.is_bar else ("(", ")")
    return f'n{number}{left}"{lines}"{right}:::{_name(box.colour)}'


def _colours(figure: Figure) -> Iterator[str]:
    for name in sorted({box.colour for box in figure.boxes}):
        yield f"  classDef {_name(name)} {_style(figure.paints[name])}"


def _style(paint: Paint) -> str:
    return f"fill:{fill_of(paint)},stroke:{stroke_of(paint)},color:{INK[0]}"


def _faded(figure: Figure) -> Iterator[str]:
    frame = figure.frames[0]
    for number in sorted(frame.boxes):
        yield f"  style n{number} opacity:{FADED}"
    if frame.arrows:
        yield f"  linkStyle {','.join(map(str, sorted(frame.arrows)))} opacity:{FADED}"


def _name(paint: str) -> str:
    # Mermaid has words of its own, such as `end`, that no class may be called.
    return "fg" + paint.replace("-", "")
