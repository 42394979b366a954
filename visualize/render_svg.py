"""Figure -> SVG, by itself: no program, no font file, no script.

Colours stand in the elements for a light page; a style sheet turns them where the reader prefers dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from .arrow_ways import HEAD, beziers, until_head
from .families import Paint, mix
from .lettering import escape, shorten
from .marks import Arrow, Box, Figure, Point, Rect, Text
from .motion import Motion
from .sizes import MAIN, SMALL

FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
PAPER = ("#ffffff", "#14181d")
INK = ("#1b2026", "#e8ebef")
MUTED = ("#5b6470", "#9aa5b1")
GROUND = ("#f4f6f8", "#1c2229")
LINE = ("#6b7480", "#8b96a3")


def render(figure: Figure) -> bytes:
    """Return the picture as an SVG file."""
    return svg(figure).encode("utf-8")


def svg(figure: Figure) -> str:
    """Return the picture as SVG text."""
    width, height = number(figure.width), number(figure.height)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    motion = Motion(figure.frames)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">',
        f"<title>{escape(figure.name or 'network')}</title>",
        f"<style>{style(figure)}{motion.style()}</style>",
        f'<rect class="fg-paper" fill="{PAPER[0]}" width="{width}" height="{height}"/>',
        *_bands(figure),
        *_arrows(figure.arrows, motion),
        *_boxes(figure, motion),
        *_legend(figure),
        *(_text(text) for text in figure.texts),
        *(f"<g{motion.caption(n)}>{_text(frame.caption)}</g>" for n, frame in enumerate(figure.frames)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def fill_of(paint: Paint, *, dark: bool = False) -> str:
    """Return the ground of a box."""
    return mix(paint.colour, PAPER[dark], paint.strength)


def stroke_of(paint: Paint, *, dark: bool = False) -> str:
    """Return the outline of a box."""
    return mix(paint.colour, "#ffffff" if dark else "#000000", 0.85)


def style(figure: Figure) -> str:
    """Return the style sheet: the same classes in light and in dark."""
    paints = {name: figure.paints[name] for name in sorted({box.colour for box in figure.boxes})}
    return (
        " ".join(_rules(paints, dark=False))
        + " @media (prefers-color-scheme: dark) { "
        + (" ".join(_rules(paints, dark=True)) + " }")
    )


def number(value: float) -> str:
    """Return a coordinate, short."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _rules(paints: Mapping[str, Paint], *, dark: bool) -> Iterator[str]:
    yield f".fg-paper{{fill:{PAPER[dark]}}}"
    yield f".fg-ground{{fill:{GROUND[dark]}}}"
    yield f".fg-ink{{fill:{INK[dark]}}}"
    yield f".fg-muted{{fill:{MUTED[dark]}}}"
    yield f".fg-line{{stroke:{LINE[dark]}}}"
    yield f".fg-head{{fill:{LINE[dark]}}}"
    for name, paint in paints.items():
        yield f".fg-{name}{{fill:{fill_of(paint, dark=dark)};stroke:{stroke_of(paint, dark=dark)}}}"


def _bands(figure: Figure) -> Iterator[str]:
    for band in figure.bands:
        yield f'<rect class="fg-ground" fill="{GROUND[0]}" {_place(band.rect)} rx="10"/>'


def _arrows(arrows: Sequence[Arrow], motion: Motion) -> Iterator[str]:
    """Yield all arrows that fade together as one line."""
    alike: dict[str, list[Arrow]] = {}
    for index, arrow in enumerate(arrows):
        alike.setdefault(motion.arrow(index), []).append(arrow)
    for fades, group in alike.items():
        if fades:
            yield f"<g{fades}>{''.join(_lines(group))}</g>"
        else:
            yield from _lines(group)


def _lines(arrows: Iterable[Arrow]) -> Iterator[str]:
    lines, heads = [], []
    for arrow in arrows:
        lines.append(path(until_head(arrow.points)))
        x, y = arrow.points[-1]
        heads.append(f"M{number(x)} {number(y)}l-3.4 -{number(HEAD + 1)}h6.8z")
    yield f'<path class="fg-line" fill="none" stroke="{LINE[0]}" stroke-width="1.3" d="{"".join(lines)}"/>'
    yield f'<path class="fg-head" fill="{LINE[0]}" d="{"".join(heads)}"/>'


def path(points: list[Point]) -> str:
    """Return the `d` of a line through `points`."""
    x, y = points[0]
    steps = [f"M{number(x)} {number(y)}"]
    for upper, lower in pairwise(points):
        if upper[0] == lower[0]:
            steps.append(f"V{number(lower[1])}")
        else:
            curve = beziers([upper, lower])[1:]
            steps.append("C" + " ".join(f"{number(a)} {number(b)}" for a, b in curve))
    return "".join(steps)


def _boxes(figure: Figure, motion: Motion) -> Iterator[str]:
    for index, box in enumerate(figure.boxes):
        paint = figure.paints[box.colour]
        round_ = 5 if box.cell.is_bar else 7
        shape = (
            f'<rect class="fg-{box.colour}" fill="{fill_of(paint)}" stroke="{stroke_of(paint)}" stroke-width="1.2" '
            f'{_place(box.rect)} rx="{round_}"/>'
        )
        inside = f"<title>{escape(box.cell.title)}</title>{shape}{''.join(_text(t) for t in box_texts(box))}"
        yield f"<g{motion.box(index)}>{inside}</g>"


def box_texts(box: Box) -> list[Text]:
    """Return what stands in a box, cut to its width."""
    rect, lines = box.rect, box.cell.lines
    room = rect.width - 10
    middle = rect.y + rect.height / 2
    if len(lines) == 1:
        size = SMALL + 1 if box.cell.is_bar else MAIN
        return [Text(rect.middle, middle + size * 0.36, shorten(lines[0], size, room), size, "middle")]
    return [
        Text(rect.middle, middle - 3, shorten(lines[0], MAIN, room), MAIN, "middle"),
        Text(rect.middle, middle + 12, shorten(lines[1], SMALL, room), SMALL, "middle"),
    ]


def _legend(figure: Figure) -> Iterator[str]:
    for swatch in figure.legend:
        paint = figure.paints[swatch.paint]
        yield (
            f'<rect class="fg-{swatch.paint}" fill="{fill_of(paint)}" stroke="{stroke_of(paint)}" '
            f'{_place(swatch.rect)} rx="3"/>'
        )


def _text(text: Text) -> str:
    colour = INK[0] if text.ink == "ink" else MUTED[0]
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    weight = ' font-weight="600"' if text.bold else ""
    return (
        f'<text class="fg-{text.ink}" fill="{colour}" x="{number(text.x)}" y="{number(text.y)}" '
        f'font-size="{number(text.size)}"{anchor}{weight}>{escape(text.text)}</text>'
    )


def _place(rect: Rect) -> str:
    return f'x="{number(rect.x)}" y="{number(rect.y)}" width="{number(rect.width)}" height="{number(rect.height)}"'
