"""Counts in rows and columns -> an SVG picture: what was taken for what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .lettering import escape, shorten, text_width
from .plots import HUES, WIDTH, frame, label, turned_title
from .render_svg import LINE, MUTED, PAPER, number

_ROOM = 120.0
"""The most points that names take at the left and on top."""
_SIZE = 11.0
_NAMED = 40
"""More rows than this are too narrow for a name each."""
_COUNTED = 16
"""More cells in a row than this are too narrow for a count each."""
_TITLES = 20.0
_STRONG = 0.8
"""Share of a row from which on the colour is too strong for ink."""


def heat_map(rows: Sequence[Sequence[int]], names: Sequence[str], row_title: str, column_title: str) -> str:
    """Return square cells, each the stronger the larger its share of its row; cells of nothing are left out.

    Args:
        rows: Counts, as many in each row as there are rows.
        names: Of the rows, and of the columns.
        row_title: What the rows stand for.
        column_title: What the columns stand for.
    """
    named = len(names) <= _NAMED
    short = [shorten(name, _SIZE, _ROOM - 10) for name in names] if named else []
    room = max((text_width(name, _SIZE) for name in short), default=0.0) + 10
    left, top = _TITLES + room, _TITLES + room
    side = (WIDTH - left - 4) / len(rows)
    end = top + side * len(rows)
    marks = [*_cells(rows, names, side, left, top), *_names(short, side, left, top)]
    marks.append(_border(left, top, side * len(rows)))
    marks.append(label((left + WIDTH) / 2, 14, column_title, "middle", "name"))
    marks.append(turned_title((top + end) / 2, row_title))
    return frame(f"{row_title} in rows, {column_title} in columns", end + 4, marks)


def _cells(rows: Sequence[Sequence[int]], names: Sequence[str], side: float, left: float, top: float) -> Iterator[str]:
    for i, row in enumerate(rows):
        total = sum(row)
        for j, count in enumerate(row):
            if not count:
                continue
            x, y, share = left + j * side, top + i * side, count / total
            title = escape(f"{names[i]} as {names[j]}: {count:,} of {total:,}")
            yield (
                f'<g><title>{title}</title><rect fill="{HUES[0]}" fill-opacity="{share:.3f}" x="{number(x)}" '
                f'y="{number(y)}" width="{number(side)}" height="{number(side)}"/></g>'
            )
            if len(rows) <= _COUNTED:
                yield _count(x + side / 2, y + side / 2 + 4, count, strong=share > _STRONG)


def _count(x: float, y: float, count: int, *, strong: bool) -> str:
    if not strong:
        return label(x, y, f"{count:,}", "middle", "name")
    # White is read on the full colour on light and dark pages alike.
    return (
        f'<text fill="{PAPER[0]}" x="{number(x)}" y="{number(y)}" font-size="{number(_SIZE)}" '
        f'text-anchor="middle">{count:,}</text>'
    )


def _names(names: Sequence[str], side: float, left: float, top: float) -> Iterator[str]:
    for index, name in enumerate(names):
        middle = (index + 0.5) * side
        yield label(left - 6, top + middle + 4, name, "end")
        place = f'transform="translate({number(left + middle + 4)} {number(top - 6)}) rotate(-90)"'
        yield f'<text class="tick" fill="{MUTED[0]}" font-size="{number(_SIZE)}" {place}>{escape(name)}</text>'


def _border(left: float, top: float, side: float) -> str:
    return (
        f'<rect fill="none" stroke="{LINE[0]}" x="{number(left)}" y="{number(top)}" width="{number(side)}" '
        f'height="{number(side)}"/>'
    )
