"""What specs, graphs, facts and leaderboards show of themselves in a notebook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fractalgen.ir.graph import Graph
from fractalgen.passes import Facts, expand
from fractalgen.search.results.leaderboard import short_names
from fractalgen.spec import Spec

from .compose import figure
from .fact_table import column_table, figures
from .plots import Axis, Point, is_wide, scatter
from .render_html import rows_html, table
from .render_svg import svg

if TYPE_CHECKING:
    from fractalgen.search import Leaderboard, Row

MOST_ROWS = 10


def graph_svg(graph: Graph) -> str:
    """Return the picture of a graph."""
    return svg(figure(graph))


def spec_svg(spec: Spec) -> str:
    """Return the picture of a spec; of a search space, that of its first network."""
    return graph_svg(expand(spec.first()))


def facts_html(facts: Facts) -> str:
    """Return the figures of a network, and of its columns, as tables."""
    return rows_html(figures(facts)) + table(column_table(facts))


def leaderboard_html(board: Leaderboard) -> str:
    """Return the trials by their first two objectives as a plot, and the best as a table."""
    return _plot(board) + table(_rows(board))


def _plot(board: Leaderboard) -> str:
    if len(board.objectives) < 2:
        return ""
    up, across = board.objectives[:2]
    points = [point for row in board.trials if (point := _point(board, row)) is not None]
    if not points:
        return ""
    wide = is_wide([point.x for point in points])
    return scatter(points, Axis(across.metric, wide, across.direction == "maximize"), Axis(up.metric))


def _point(board: Leaderboard, row: Row) -> Point | None:
    y, x = (row.final.get(goal.metric, math.nan) for goal in board.objectives[:2])
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return Point(x, y, f"trial {row.number}", str(row.number), row in board.front, row.cached)


def _rows(board: Leaderboard) -> list[tuple[str, ...]]:
    metrics = [goal.metric for goal in board.objectives]
    names = short_names(board.holes)
    rows = [("trial", *metrics, *names)]
    for row in board.ranked[:MOST_ROWS]:
        values = [
            f"{row.final[metric]:.4g}" if row.final[metric] < 1e4 else f"{row.final[metric]:,.0f}" for metric in metrics
        ]
        rows.append((str(row.number), *values, *(str(row.params.get(hole, "")) for hole in board.holes)))
    return rows
