"""What the colour of each box tells.

Hues are those of Okabe and Ito; amounts are shades of one hue, which differ in lightness for every reader.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fractalgen.errors import ExportError
from fractalgen.ir.graph import Graph
from fractalgen.passes.costs import Costs

from .cells import Cell
from .column_layout import cell_spans
from .families import FAMILIES, Paint
from .look import Look
from .wording import short

SHADES = (0.1, 0.24, 0.4, 0.57, 0.75)
AMOUNT = "#0072b2"
COLUMN_HUES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442")
_PLAIN = {name: FAMILIES[name] for name in ("input",)}


@dataclass(frozen=True, slots=True)
class Colouring:
    """Colours of a picture.

    Attributes:
        of: For each cell, the name of its paint.
        paints: Name -> how such boxes look, in the order of the legend.
    """

    of: tuple[str, ...]
    paints: Mapping[str, Paint]


def colouring(graph: Graph, cells: Sequence[Cell], look: Look) -> Colouring:
    """Return the colours that `look` asks for.

    Raises:
        ExportError: amounts of a network whose shapes are not known, or times that were not measured.
    """
    if look.colour == "op":
        return Colouring(tuple(cell.family for cell in cells), FAMILIES)
    if look.colour == "column":
        return _by_column(graph, cells)
    if look.colour == "time" and not look.seconds:
        raise ExportError("no times were measured", "Give `seconds` for each node.")
    if look.colour != "time" and any(node.type is None for node in graph.nodes):
        raise ExportError(f"{look.colour} are known only once shapes are", "Run the pass InferShapes first.")
    return _by_amount(cells, _amounts(graph, look), _UNITS[look.colour])


def _by_column(graph: Graph, cells: Sequence[Cell]) -> Colouring:
    names = []
    for cell, (low, high) in zip(cells, cell_spans(graph, cells), strict=True):
        name = "shared" if high - low > 1 else f"column-{low + 1}"
        names.append(name if cell.nodes and cell.family != "input" else "input")
    paints = {f"column-{k + 1}": _column_paint(k) for k in range(graph.columns)}
    shared = Paint("in several columns", "#999999", 0.3)
    return Colouring(tuple(names), {**paints, "shared": shared, **_PLAIN})


def _column_paint(column: int) -> Paint:
    turn, hue = divmod(column, len(COLUMN_HUES))
    return Paint(f"column {column + 1}", COLUMN_HUES[hue], 0.4 / (1 + turn))


def _amounts(graph: Graph, look: Look) -> list[float]:
    if look.colour == "time":
        return [look.seconds.get(index, 0.0) for index in range(len(graph.nodes))]
    costs = Costs(graph).each(range(len(graph.nodes)))
    return [float(cost.parameters if look.colour == "parameters" else cost.macs) for cost in costs]


def _by_amount(cells: Sequence[Cell], amounts: Sequence[float], words: Callable[[float], str]) -> Colouring:
    """Return shades of one hue, whose bounds are equal factors between the least and the largest box."""
    sums = [sum(amounts[index] for index in cell.nodes) for cell in cells]
    found = sorted({value for value in sums if value > 0})
    bounds = _bounds(found)
    names = [_shade(value, bounds) for value in sums]
    none = Paint("nothing", "#999999", 0.06)
    paints = {
        f"amount-{shade + 1}": Paint(_range(low, high, words), AMOUNT, _strength(shade, len(bounds)))
        for shade, (low, high) in enumerate(bounds)
    }
    return Colouring(
        tuple(name if cell.nodes else "input" for name, cell in zip(names, cells, strict=True)),
        {**paints, "amount-0": none, **_PLAIN},
    )


def _bounds(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return the least and the largest value of each shade that some value has."""
    if not values:
        return []
    low, high = math.log(values[0]), math.log(values[-1])
    step = (high - low) / len(SHADES)
    groups: dict[int, list[float]] = {}
    for value in values:
        place = int((math.log(value) - low) / step) if step > 0 else 0
        groups.setdefault(min(place, len(SHADES) - 1), []).append(value)
    return [(group[0], group[-1]) for _, group in sorted(groups.items())]


def _shade(value: float, bounds: Sequence[tuple[float, float]]) -> str:
    within = (number for number, (_, high) in enumerate(bounds, 1) if 0 < value <= high)
    return f"amount-{next(within, 0)}"


def _strength(shade: int, count: int) -> float:
    return SHADES[round(shade * (len(SHADES) - 1) / (count - 1))] if count > 1 else SHADES[2]


def _range(low: float, high: float, words: Callable[[float], str]) -> str:
    one, other = words(low), words(high)
    return one if one == other else f"{one} to {other}"


def _duration(value: float) -> str:
    return f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} µs"


_UNITS: Mapping[str, Callable[[float], str]] = {
    "parameters": lambda value: f"{short(value)} parameters",
    "macs": lambda value: f"{short(value)} MACs",
    "time": _duration,
}
