"""The layout of any acyclic graph: rows by longest path, order in a row by the median of neighbours, few crossings.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981. A link
that runs through a row takes a lane of its own there, so that no line crosses a box.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .cells import Cell, Link
from .detail import View
from .marks import Arrow, Box, Layout, Point, Rect
from .sizes import GAP, cell_height, cell_width
from .spread import spread

APART = 18.0
LANE = 12.0
SWEEPS = 12


@dataclass(slots=True)
class _Stop:
    """A cell, or the place where a link runs through a row."""

    row: int
    width: float
    height: float
    above: list[int] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    x: float = 0.0


def layered_layout(seen: View) -> Layout:
    """Return cells in rows, links as lines through the rows between."""
    ways, stops = _stops(seen.cells, seen.links)
    rows = _rows(stops)
    _order(rows, stops)
    _align(rows, stops)
    tops = _row_tops(rows, stops, _gaps(seen, stops))
    boxes = tuple(Box(cell, _rect(stops[number], tops)) for number, cell in enumerate(seen.cells))
    arrows = _arrows(seen.links, ways, stops, tops, boxes)
    return Layout(boxes, arrows)


def _stops(cells: Sequence[Cell], links: Sequence[Link]) -> tuple[list[list[int]], list[_Stop]]:
    rows = [0] * len(cells)
    for link in sorted(links, key=lambda link: link.target):
        rows[link.target] = max(rows[link.target], rows[link.source] + 1)
    _sink_sources(rows, links)
    stops = [_Stop(row, _width(cell), cell_height(cell)) for row, cell in zip(rows, cells, strict=True)]
    ways = []
    for link in links:
        way = [link.source]
        for row in range(rows[link.source] + 1, rows[link.target]):
            way.append(len(stops))
            stops.append(_Stop(row, LANE, 0.0))
        way.append(link.target)
        for upper, lower in pairwise(way):
            stops[upper].below.append(lower)
            stops[lower].above.append(upper)
        ways.append(way)
    return ways, stops


def _sink_sources(rows: list[int], links: Sequence[Link]) -> None:
    """Move inputs down to their first reader."""
    fed = {link.target for link in links}
    for source in {link.source for link in links} - fed:
        rows[source] = min(rows[link.target] for link in links if link.source == source) - 1


def _width(cell: Cell) -> float:
    return max(cell_width(cell), 84.0)


def _rows(stops: Sequence[_Stop]) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(max(stop.row for stop in stops) + 1)]
    for number, stop in enumerate(stops):
        rows[stop.row].append(number)
    return rows


def _order(rows: list[list[int]], stops: Sequence[_Stop]) -> None:
    """Sort each row by the mean place of its neighbours, down and up, and keep the order with the fewest crossings."""
    places = _places(rows)
    best, fewest = [list(row) for row in rows], _crossings(rows, stops, places)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for row in rows[1:] if down else rows[-2::-1]:
            row.sort(key=_neighbourhood(stops, places, down=down))
            places.update((number, float(place)) for place, number in enumerate(row))
        crossings = _crossings(rows, stops, places)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _places(rows: Sequence[Sequence[int]]) -> dict[int, float]:
    return {number: float(place) for row in rows for place, number in enumerate(row)}


def _neighbourhood(stops: Sequence[_Stop], places: dict[int, float], *, down: bool) -> Callable[[int], float]:
    def key(number: int) -> float:
        near = stops[number].above if down else stops[number].below
        return sum(places[other] for other in near) / len(near) if near else places[number]

    return key


def _crossings(rows: Sequence[Sequence[int]], stops: Sequence[_Stop], places: dict[int, float]) -> int:
    """Count crossings: inversions among the lower ends of the lines between two rows, read from left to right."""
    total = 0
    for row in rows[:-1]:
        ends = [end for number in row for end in sorted(places[lower] for lower in stops[number].below)]
        total += _inversions(ends)[0]
    return total


def _inversions(values: list[float]) -> tuple[int, list[float]]:
    if len(values) < 2:
        return 0, values
    half = len(values) // 2
    (left_count, left), (right_count, right) = _inversions(values[:half]), _inversions(values[half:])
    count, merged, taken = left_count + right_count, [], 0
    for value in right:
        while taken < len(left) and left[taken] <= value:
            merged.append(left[taken])
            taken += 1
        count += len(left) - taken
        merged.append(value)
    return count, merged + left[taken:]


def _align(rows: Sequence[Sequence[int]], stops: Sequence[_Stop]) -> None:
    """Move each row towards the middle of its neighbours above, then below, keeping order and distances."""
    for row in rows:
        _settle(row, stops, [0.0] * len(row))
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            _settle(row, stops, [_pull(stops, number, down=down) for number in row])


def _pull(stops: Sequence[_Stop], number: int, *, down: bool) -> float:
    near = stops[number].above if down else stops[number].below
    near = near or stops[number].above or stops[number].below
    return sum(stops[other].x for other in near) / len(near) if near else stops[number].x


def _settle(row: Sequence[int], stops: Sequence[_Stop], wishes: Sequence[float]) -> None:
    widths = [stops[number].width for number in row]
    weights = [4.0 if stops[number].height == 0 else 1.0 for number in row]
    for number, x in zip(row, spread(wishes, widths, weights, APART), strict=True):
        stops[number].x = x


def _gaps(seen: View, stops: Sequence[_Stop]) -> dict[int, float]:
    """Return the room above each row that some link enters."""
    gaps: dict[int, float] = {}
    for link in seen.links:
        row = stops[link.target].row
        gaps[row] = max(gaps.get(row, GAP), seen.gap(link))
    return gaps


def _row_tops(
    rows: Sequence[Sequence[int]], stops: Sequence[_Stop], gaps: Mapping[int, float]
) -> list[tuple[float, float]]:
    """Return the upper edge and the height of each row; rows with slanted lines between them stand further apart."""
    tops = []
    top = 0.0
    for index, row in enumerate(rows):
        height = max(stops[number].height for number in row)
        tops.append((top, height))
        slant = max((abs(stops[n].x - stops[m].x) for n in row for m in stops[n].below), default=0.0)
        top += height + gaps.get(index + 1, GAP) + min(slant / 6, 28.0)
    return tops


def _rect(stop: _Stop, tops: Sequence[tuple[float, float]]) -> Rect:
    top, height = tops[stop.row]
    return Rect(stop.x - stop.width / 2, top + (height - stop.height) / 2, stop.width, stop.height)


def _arrows(
    links: Sequence[Link],
    ways: Sequence[Sequence[int]],
    stops: Sequence[_Stop],
    tops: Sequence[tuple[float, float]],
    boxes: Sequence[Box],
) -> tuple[Arrow, ...]:
    ports = _ports(ways, stops, boxes)
    arrows = []
    for number, (link, way) in enumerate(zip(links, ways, strict=True)):
        start, end = ports[number]
        points: list[Point] = [(start, boxes[link.source].rect.bottom)]
        _drop_to(points, sum(tops[stops[way[0]].row]))
        for stop in (stops[through] for through in way[1:-1]):
            top, height = tops[stop.row]
            points += [(stop.x, top), (stop.x, top + height)]
        row_top = tops[stops[way[-1]].row][0]
        if row_top < boxes[link.target].rect.y:
            points.append((end, row_top))
        points.append((end, boxes[link.target].rect.y))
        arrows.append(Arrow(link, tuple(points)))
    return tuple(arrows)


def _drop_to(points: list[Point], bottom: float) -> None:
    """Lead a line straight down to the lower edge of its row before it may turn."""
    x, y = points[-1]
    if bottom > y:
        points.append((x, bottom))


def _ports(ways: Sequence[Sequence[int]], stops: Sequence[_Stop], boxes: Sequence[Box]) -> list[tuple[float, float]]:
    """Return where each line leaves and arrives: lines of one edge of a box in the order of where they come from."""
    arriving: dict[int, list[tuple[float, int]]] = {}
    for number, way in enumerate(ways):
        arriving.setdefault(way[-1], []).append((stops[way[-2]].x, number))
    ends = {}
    for target, lines in arriving.items():
        rect = boxes[target].rect
        step = min(14.0, (rect.width - 16) / len(lines))
        for rank, (_, number) in enumerate(sorted(lines)):
            ends[number] = rect.middle + step * (rank - (len(lines) - 1) / 2)
    return [(boxes[way[0]].rect.middle, ends[number]) for number, way in enumerate(ways)]
