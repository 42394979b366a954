"""Names and values of a run in words for people."""

from __future__ import annotations

import json
import math
from typing import Any

from fractalgen.report.page import share
from fractalgen.search import Row
from fractalgen.search.results.leaderboard import short_names


def readable(metric: str) -> str:
    """Return a metric in words."""
    return metric.replace("val_", "validation ").replace("_", " ")


def shown(metric: str, value: float) -> str:
    """Return a value of a metric for people."""
    if metric.endswith("accuracy"):
        return share(value)
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"


def plain(value: Any) -> str:
    """Return what was chosen for a hole as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def numeric(value: Any) -> Any:
    """Return a choice that is written as a number as one, so that it sorts and plots as one."""
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            number = kind(value)
        except ValueError:
            continue
        return number if math.isfinite(number) else value
    return value


def summary(row: Row) -> str:
    """Return a trial in a line a figure: its state, its values, what was chosen."""
    lines = [f"trial {row.number}: {state_of(row)}"]
    lines += [f"{readable(metric)}: {shown(metric, value)}" for metric, value in row.final.items()]
    shared = (metric for metric, value in row.values.items() if row.final[metric] != value)
    lines += [f"{readable(metric)} with shared weights: {shown(metric, row.values[metric])}" for metric in shared]
    names = short_names(tuple(row.params))
    lines += [f"{name}: {plain(value)}" for name, value in zip(names, row.params.values(), strict=True)]
    return "\n".join(lines)


def state_of(row: Row) -> str:
    """Return how a trial ended: scored, answered from the cache, trained alone too, stopped early, or pruned."""
    if row.complete:
        return "cached" if row.cached else "trained alone" if row.alone else row.state
    return "stopped" if row.stopped else row.state
