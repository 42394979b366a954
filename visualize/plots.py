"""Points and curves -> SVG plots: what a leaderboard or a training run looks like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from .lettering import escape
from .render_svg import FONT, INK, LINE, MUTED, PAPER, number
from .spread import spread

WIDTH, HEIGHT = 720.0, 420.0
LEFT, RIGHT, TOP, BOTTOM = 68.0, 20.0, 20.0, 52.0
GRID = ("#e3e7ec", "#29313a")
HUES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Of Okabe and Ito, in the order in which series take them."""


WIDE = 20.0
"""Ratio of the largest to the smallest value from which an axis is wide."""


def is_wide(values: Sequence[float]) -> bool:
    """Whether an axis of one or more values takes equal steps for equal factors."""
    return min(values) > 0 and max(values) / min(values) >= WIDE


@dataclass(frozen=True, slots=True)
class Axis:
    """What one direction of a plot shows.

    Attributes:
        title: What it says along the axis.
        log: Whether equal steps are equal factors; all values are positive then.
        more_is_better: Which way is better; the front steps accordingly.
    """

    title: str
    log: bool = False
    more_is_better: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies before it is scaled to the plot."""
        return math.log10(value) if self.log else value


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a scatter plot.

    Attributes:
        x: Across.
        y: Upwards.
        title: What a hover tells.
        key: What a page finds the mark by.
        on_front: Whether it is drawn strong and joined to the others that are.
        faint: Whether it is drawn as an outline.
    """

    x: float
    y: float
    title: str
    key: str = ""
    on_front: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: its name, and values at x = 1, 2, 3, ..."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values of an axis lie in the picture: those from `low` to `high` from `start` to `end`."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = field(default=())

    def at(self, value: float) -> float:
        """Return the place of a value, in points."""
        share = (self.axis.place(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def scatter(points: Sequence[Point], x: Axis, y: Axis) -> str:
    """Return points as an SVG plot, those of the front joined by steps in the order of x."""
    across = scale_of(x, [point.x for point in points], LEFT, WIDTH - RIGHT)
    upwards = scale_of(y, [point.y for point in points], HEIGHT - BOTTOM, TOP)
    front = sorted((point for point in points if point.on_front), key=lambda point: (point.x, point.y))
    places = [(across.at(point.x), upwards.at(point.y)) for point in front]
    marks = [_steps(places, across_first=not x.more_is_better)]
    # The front is drawn last, on top of what it beats.
    ordered = sorted(points, key=lambda point: point.on_front)
    marks += [_dot(point, across.at(point.x), upwards.at(point.y)) for point in ordered]
    return plot(f"{y.title} over {x.title}", across, upwards, marks)


def curves(series: Sequence[Series], x: Axis, y: Axis) -> str:
    """Return curves as an SVG plot, each named at its end; gaps where a value is not finite."""
    longest = max(len(each.values) for each in series)
    finite = [value for each in series for value in each.values if math.isfinite(value)]
    across = scale_of(x, [1.0, float(max(2, longest))], LEFT, WIDTH - RIGHT - 90, margin=0.0)
    upwards = scale_of(y, finite, HEIGHT - BOTTOM, TOP)
    marks, ends = [], []
    for each, colour in zip(series, _cycle(len(series)), strict=True):
        places = [
            (across.at(place), upwards.at(value)) for place, value in enumerate(each.values, 1) if math.isfinite(value)
        ]
        if places:
            marks.append(_curve(each.name, places, colour))
            ends.append(_End(each.name, *places[-1], colour))
    return plot(f"{y.title} over {x.title}", across, upwards, [*marks, *_names(ends)])


def _cycle(count: int) -> Iterator[str]:
    return (HUES[index % len(HUES)] for index in range(count))


def scale_of(axis: Axis, values: Sequence[float], start: float, end: float, margin: float = 0.06) -> Scale:
    """Return a scale on which all of `values` lie, with a share of free room on both sides."""
    places = [axis.place(value) for value in values] or [0.0, 1.0]
    low, high = min(places), max(places)
    room = (high - low) * margin if high > low else abs(high) * 0.05 or 0.5
    low, high = low - room, high + room
    return Scale(axis, low, high, start, end, tuple(_ticks(axis, low, high)))


def _ticks(axis: Axis, low: float, high: float) -> list[float]:
    if not axis.log:
        step = _round_step((high - low) / 5)
        first = math.ceil(low / step)
        return [round(step * index, 12) for index in range(first, math.floor(high / step) + 1)]
    decades = range(math.floor(low), math.ceil(high) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        ticks = [factor * 10.0**decade for decade in decades for factor in factors]
        inside = [tick for tick in ticks if low <= math.log10(tick) <= high]
        if len(inside) >= 4:
            break
    if len(inside) >= 2:
        return inside
    return [tick for tick in _ticks(Axis(axis.title), 10**low, 10**high) if tick > 0]


def _round_step(rough: float) -> float:
    scale = 10.0 ** math.floor(math.log10(rough))
    return scale * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * scale >= rough * 0.999)


def plot(title: str, across: Scale, upwards: Scale, marks: Iterable[str]) -> str:
    """Return marks inside axes as an SVG."""
    return frame(title, HEIGHT, [*_grid(across, upwards), *marks])


def frame(title: str, height: float, marks: Iterable[str]) -> str:
    """Return marks as an SVG of the width of a plot, in its colours."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="fg-plot" viewBox="0 0 {number(WIDTH)} {number(height)}" '
        f'role="img" font-family="{FONT}"><title>{escape(title)}</title><style>{_style()}</style>{"".join(marks)}</svg>'
    )


def _style() -> str:
    """Return the colours of a plot, for light and for dark pages."""

    def rules(dark: bool) -> str:
        return (
            f".fg-plot .grid{{stroke:{GRID[dark]}}} .fg-plot .tick{{fill:{MUTED[dark]}}} "
            f".fg-plot .name{{fill:{INK[dark]}}} .fg-plot .front{{stroke:{HUES[1]}}} "
            f".fg-plot .dot{{stroke:{PAPER[dark]}}} .fg-plot .faint{{fill:{PAPER[dark]};stroke:{LINE[dark]}}}"
        )

    return f"{rules(dark=False)} @media (prefers-color-scheme: dark) {{ {rules(dark=True)} }}"


def _grid(across: Scale, upwards: Scale) -> Iterator[str]:
    right = across.end
    for tick in upwards.ticks:
        y = upwards.at(tick)
        yield f'<path class="grid" stroke="{GRID[0]}" d="M{number(LEFT)} {number(y)}H{number(right)}"/>'
        yield label(LEFT - 8, y + 4, tick_text(tick), "end")
    for tick in across.ticks:
        x = across.at(tick)
        yield f'<path class="grid" stroke="{GRID[0]}" d="M{number(x)} {number(TOP)}V{number(HEIGHT - BOTTOM)}"/>'
        yield label(x, HEIGHT - BOTTOM + 18, tick_text(tick), "middle")
    yield label((LEFT + right) / 2, HEIGHT - 10, across.axis.title, "middle", "name")
    yield turned_title((TOP + HEIGHT - BOTTOM) / 2, upwards.axis.title)


def turned_title(middle: float, text: str) -> str:
    """Return a title that runs upwards at the left edge, around a place on the height."""
    return (
        f'<text class="name" fill="{INK[0]}" font-size="12" text-anchor="middle" '
        f'transform="translate(14 {number(middle)}) rotate(-90)">{escape(text)}</text>'
    )


def label(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> str:
    """Return a text of a plot: a `name`, or a smaller and paler `tick`."""
    colour = INK[0] if kind == "name" else MUTED[0]
    size = 12 if kind == "name" else 11
    return (
        f'<text class="{kind}" fill="{colour}" x="{number(x)}" y="{number(y)}" font-size="{size}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def tick_text(value: float) -> str:
    """Return a number short enough for an axis."""
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= scale:
            return f"{value / scale:g}{unit}"
    return f"{value:g}"


def _steps(places: Sequence[tuple[float, float]], *, across_first: bool) -> str:
    if len(places) < 2:
        return ""
    (x, y), *rest = places
    way = f"M{number(x)} {number(y)}" + "".join(
        f"H{number(a)}V{number(b)}" if across_first else f"V{number(b)}H{number(a)}" for a, b in rest
    )
    return f'<path class="front" fill="none" stroke="{HUES[1]}" stroke-width="1.6" stroke-dasharray="5 4" d="{way}"/>'


def _dot(point: Point, x: float, y: float) -> str:
    look = f'fill="{HUES[1] if point.on_front else HUES[0]}" class="dot" stroke="{PAPER[0]}"'
    if point.faint:
        look = f'fill="{PAPER[0]}" class="faint" stroke="{LINE[0]}"'
    radius = 6.5 if point.on_front else 4.5
    return (
        f'<g class="mark" data-key="{escape(point.key)}"><title>{escape(point.title)}</title>'
        f'<circle {look} stroke-width="1.3" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/></g>'
    )


@dataclass(frozen=True, slots=True)
class _End:
    """Where a curve ends, and what it is called."""

    name: str
    x: float
    y: float
    colour: str


def _curve(name: str, places: Sequence[tuple[float, float]], colour: str) -> str:
    way = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)
    x, y = places[-1]
    return (
        f'<g><title>{escape(name)}</title><path fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-linejoin="round" d="{way}"/><circle fill="{colour}" cx="{number(x)}" cy="{number(y)}" r="3.5"/></g>'
    )


def _names(ends: Iterable[_End]) -> Iterator[str]:
    """Name curves at their ends, each behind a stroke of its colour; where several end together the names make room."""
    ordered = sorted(ends, key=lambda end: (end.x, end.y))
    for x, together in groupby(ordered, key=lambda end: end.x):
        row = list(together)
        for end, y in zip(row, spread([end.y for end in row], [15.0] * len(row), [1.0] * len(row), 0.0), strict=True):
            yield f'<path stroke="{end.colour}" stroke-width="3" d="M{number(x + 8)} {number(y)}h8"/>'
            yield label(x + 20, y + 4, end.name, "start", "name")
