"""When which trial ran: trials that ran at the same time lie in different lanes, as in the slots of an executor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fractalgen.report.chart import HOVER, Chart, worded
from fractalgen.report.search_charts import COLOURS
from fractalgen.report.wording import state_of, summary
from fractalgen.search import Leaderboard, Row

LEAST = 1e-3
"""Seconds that separate the end of one trial from the start of the next in its slot: clocks are not finer."""


def timeline_chart(board: Leaderboard) -> Chart:
    """Return a bar for each trial that ran, from its start to its end; nothing where no times are known."""
    ran = [row for row in board.trials if row.finished > row.started > 0 and not row.cached]
    if not ran:
        return Chart("timeline", ())
    lanes = lanes_of(ran)
    first = min(row.started for row in ran)
    unit, title = _unit(max(row.finished for row in ran) - first)
    traces = [
        _bars(state, [row for row in ran if state_of(row) == state], lanes, first, unit)
        for state in sorted({state_of(row) for row in ran})
    ]
    count = max(lanes.values()) + 1
    layout = {
        "barmode": "overlay",
        "xaxis": {"title": {"text": title}},
        "yaxis": {"tickvals": list(range(1, count + 1)), "title": {"text": "slot"}, "autorange": "reversed"},
        "legend": {"orientation": "h", "y": 1.12, "x": 0},
    }
    return Chart("timeline", traces, layout, "customdata", low=True)


def lanes_of(rows: Sequence[Row]) -> dict[int, int]:
    """Return trial -> lane, counted from 0: the first one that is free when it starts."""
    ends: list[float] = []
    lanes: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: (row.started, row.number)):
        free = next((lane for lane, end in enumerate(ends) if end <= row.started + LEAST), len(ends))
        ends[free : free + 1] = [row.finished]
        lanes[row.number] = free
    return lanes


def _bars(state: str, rows: Sequence[Row], lanes: dict[int, int], first: float, unit: float) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": state,
        "marker": {
            "color": COLOURS.get(state, COLOURS["pruned"]),
            "line": {"width": 1, "color": "rgba(127,127,127,.6)"},
        },
        "base": [(row.started - first) / unit for row in rows],
        "x": [(row.finished - row.started) / unit for row in rows],
        "y": [lanes[row.number] + 1 for row in rows],
        "customdata": [row.number for row in rows],
        "text": [worded(summary(row), HOVER) for row in rows],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _unit(span: float) -> tuple[float, str]:
    if span < 300:
        return 1.0, "seconds since the first trial began"
    return (
        (60.0, "minutes since the first trial began")
        if span < 4 * 3600
        else (3600.0, "hours since the first trial began")
    )
