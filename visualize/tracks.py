"""Lines through named points -> an SVG plot: what accuracy costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from .lettering import escape
from .plots import BOTTOM, HEIGHT, HUES, LEFT, RIGHT, TOP, WIDTH, Axis, Scale, label, plot, scale_of
from .render_svg import number

_KEY_WIDTH = 170.0
_LETTER_WIDTH = 6.5


@dataclass(frozen=True, slots=True)
class Stop:
    """A point of a track: where it is, and what it is called."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Track:
    """A line through points, and what it stands for."""

    name: str
    stops: tuple[Stop, ...]


def tracks(found: Sequence[Track], x: Axis, y: Axis) -> str:
    """Return lines as an SVG plot, with a key on top, and each name above the highest point that has it.

    Names that have no room beside each other are left to the hover.
    """
    stops = [stop for track in found for stop in track.stops]
    across = scale_of(x, [stop.x for stop in stops], LEFT, WIDTH - RIGHT)
    upwards = scale_of(y, [stop.y for stop in stops], HEIGHT - BOTTOM, TOP + 24, margin=0.1)
    marks: list[str] = []
    for place, (track, colour) in enumerate(zip(found, cycle(HUES), strict=False)):
        marks += [*_line(track, across, upwards, colour), _key(track.name, LEFT + 12 + place * _KEY_WIDTH, colour)]
    highest = {stop.name: stop for stop in sorted(stops, key=lambda stop: stop.y)}
    if sum(map(len, highest)) * _LETTER_WIDTH > WIDTH - LEFT - RIGHT:
        highest = {}
    marks += [_name(stop.name, across.at(stop.x), upwards.at(stop.y)) for stop in highest.values()]
    return plot(f"{y.title} over {x.title}", across, upwards, marks)


def _line(track: Track, across: Scale, upwards: Scale, colour: str) -> Iterator[str]:
    places = [(across.at(stop.x), upwards.at(stop.y)) for stop in track.stops]
    way = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)
    yield f'<path fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round" d="{way}"/>'
    for stop, (x, y) in zip(track.stops, places, strict=True):
        title = escape(f"{stop.name}, {track.name}: {stop.y:.4g} at {stop.x:,.4g}")
        yield f'<g><title>{title}</title><circle fill="{colour}" cx="{number(x)}" cy="{number(y)}" r="4.5"/></g>'


def _name(text: str, x: float, y: float) -> str:
    return label(x, y - 10, text, "end" if x > WIDTH - 80 else "start" if x < LEFT + 40 else "middle", "name")


def _key(name: str, x: float, colour: str) -> str:
    dot = f'<circle fill="{colour}" cx="{number(x)}" cy="{number(TOP)}" r="4.5"/>'
    return dot + label(x + 10, TOP + 4, name, "start")
