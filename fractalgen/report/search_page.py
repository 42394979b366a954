"""A search as a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from fractalgen.report.leaderboard_table import leaderboard_table
from fractalgen.report.page import folded, listing, page, seconds, section, share, tiles
from fractalgen.report.picture import picture
from fractalgen.report.records import read_optional
from fractalgen.report.wording import plain, readable, short_names, shown
from fractalgen.search import Leaderboard, Row
from fractalgen.spec.search import Objective
from fractalgen.visualize import Axis, Point, scatter
from fractalgen.visualize.lettering import escape

_TABLE_NOTE = "Click a heading to sort. The bar on the left marks the front."
_GUARDS_NOTE = "Checked in every run, because it goes wrong silently; the scores of these trials may mean nothing."
_LOG_FROM = 20.0
"""Ratio of the largest to the smallest value from which an axis takes equal steps for equal factors."""


def search_page(folder: Path, board: Leaderboard) -> str:
    """Return the report of a search as HTML."""
    name = board.name or folder.name
    goals = ", ".join(f"{goal.direction} {readable(goal.metric)}" for goal in board.objectives)
    best = folder / "best"
    lock = folded(
        "lock.json: versions, seeds and digests of this run", listing(read_optional(folder / "lock.json"), "lock.json")
    )
    space = folded("spec.yaml: the space that was searched", listing(read_optional(folder / "spec.yaml"), "spec.yaml"))
    return page(
        name,
        f"Architecture search: {goals}",
        [
            tiles(_headline(board)),
            section(*_trade_off(board)),
            section("The best architecture", _best(best), _best_note(board)),
            section("What the guards found", _guards(board), _GUARDS_NOTE),
            section("Leaderboard", leaderboard_table(board), _TABLE_NOTE),
            section("The run", space + lock),
        ],
    )


def _headline(board: Leaderboard) -> Iterable[tuple[str, str]]:
    best = board.best
    if best is not None:
        for goal in board.objectives:
            if goal.metric in best.values:
                yield f"best: {readable(goal.metric)}", shown(goal.metric, best.values[goal.metric])
    if board.test_accuracy is not None:
        yield "best: test accuracy", share(board.test_accuracy)
    yield "trials", f"{len(board.trials):,}" + (f" of {board.target:,}" if board.target else "")
    yield "distinct networks", f"{len({trial.fingerprint for trial in board.trials if trial.fingerprint}):,}"
    yield "answered from cache", f"{sum(trial.cached for trial in board.trials):,}"
    yield "pruned", f"{sum(not trial.complete for trial in board.trials):,}"
    if len(board.objectives) > 1:
        yield "on the front", f"{len(board.front):,}"
    yield "time in trials", seconds(sum(trial.seconds for trial in board.trials if not trial.cached))


def _trade_off(board: Leaderboard) -> tuple[str, str, str]:
    """Return title, plot and note: the first objective over the second, or over the trials when it is the only one."""
    upwards = board.objectives[0]
    across = board.objectives[1] if len(board.objectives) > 1 else None
    points = _points(board, upwards, across)
    if not points:
        return "", "", ""
    x = _axis(across, [point.x for point in points]) if across else Axis("trial")
    plot = f'<div class="plot">{scatter(points, x, _axis(upwards))}</div>'
    if across is None:
        return "History", plot, "Each dot is a trial; the best one is orange."
    note = "Each dot is a trial, the front is orange, answers from the cache are hollow. Hover for a trial's settings."
    return f"{readable(upwards.metric).capitalize()} against {readable(across.metric)}", plot, note


def _guards(board: Leaderboard) -> str:
    found = [(row.number, problem) for row in board.trials if not row.cached for problem in row.problems]
    items = "".join(f"<li>trial {number}: {escape(problem)}</li>" for number, problem in found)
    return f"<ul>{items}</ul>" if items else ""


def _points(board: Leaderboard, upwards: Objective, across: Objective | None) -> list[Point]:
    strong = {row.number for row in board.front} if across else {board.best.number} if board.best else set()
    points = []
    for trial in board.trials:
        y = trial.values.get(upwards.metric, math.nan)
        x = trial.values.get(across.metric, math.nan) if across else float(trial.number)
        if trial.complete and math.isfinite(x) and math.isfinite(y):
            title = _hover(trial)
            points.append(Point(x, y, title, str(trial.number), trial.number in strong, trial.cached))
    return points


def _hover(trial: Row) -> str:
    lines = [f"trial {trial.number}"]
    lines += [f"{readable(metric)}: {shown(metric, value)}" for metric, value in trial.values.items()]
    lines += [f"{hole}: {plain(value)}" for hole, value in trial.params.items()]
    return "\n".join(lines)


def _axis(goal: Objective, values: Sequence[float] = ()) -> Axis:
    """Return the axis of an objective; of equal factors where `values` are far apart."""
    more = goal.direction == "maximize"
    better = "more" if more else "fewer" if goal.metric in {"parameters", "macs"} else "less"
    return Axis(f"{readable(goal.metric)} ({better} is better)", bool(values) and _is_wide(values), more)


def _is_wide(values: Sequence[float]) -> bool:
    return min(values) > 0 and max(values) / min(values) >= _LOG_FROM


def _best(folder: Path) -> str:
    drawn = picture(folder)
    spec = listing(read_optional(folder / "spec.yaml"), "best/spec.yaml")
    left = f'<div class="picture">{drawn}</div>' if drawn else ""
    return f'<div class="pair">{left}{spec}</div>' if left or spec else ""


def _best_note(board: Leaderboard) -> str:
    best = board.best
    if best is None:
        return ""
    return f"Trial {best.number}: " + ", ".join(
        f"{name} {plain(value)}"
        for name, value in zip(short_names(tuple(best.params)), best.params.values(), strict=True)
    )
