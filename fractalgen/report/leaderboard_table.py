"""The leaderboard as a table that sorts and filters itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fractalgen.report.wording import numeric, plain, readable, shown, state_of
from fractalgen.search import Leaderboard, Row
from fractalgen.search.results.leaderboard import short_names
from fractalgen.visualize.lettering import escape

TABLE = "leaderboard"
KINDS: Mapping[str, str] = {
    "": "every trial",
    "front": "on the front",
    "complete": "with a score",
    "cached": "answered from the cache",
    "alone": "trained alone",
    "stopped": "stopped early",
    "pruned": "without a score",
}
"""Class of a row -> what the filter calls it."""


def leaderboard_table(board: Leaderboard) -> str:
    """Return every trial as a row, the best by the first objective on top; nothing for no trials."""
    if not board.trials:
        return ""
    metrics = [goal.metric for goal in board.objectives]
    names = ["trial", "state", *map(readable, metrics), *short_names(board.holes), "seconds", "fingerprint"]
    titles = ["", "", *metrics, *board.holes, "", ""]
    wordy = {"state", "fingerprint", *(hole for hole in board.holes if not _is_numeric(board, hole))}
    head = "".join(
        f'<th scope="col"{_text_class(name in wordy or title in wordy)} title="{escape(title)}">'
        f'<button type="button">{escape(name)}</button></th>'
        for name, title in zip(names, titles, strict=True)
    )
    body = "\n".join(_row(board, trial, metrics) for trial in _ranked(board))
    return (
        f'{_filter()}<div class="scroll"><table id="{TABLE}"><thead><tr>{head}</tr></thead>'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _filter() -> str:
    kinds = "".join(f'<option value="{kind}">{name}</option>' for kind, name in KINDS.items())
    return (
        f'<div class="filter" data-table="{TABLE}"><input type="search" placeholder="Filter: words that a row holds" '
        f'aria-label="Filter"><select aria-label="Which trials">{kinds}</select><output class="muted"></output></div>'
    )


def _ranked(board: Leaderboard) -> list[Row]:
    goal = board.objectives[0]
    sign = -1.0 if goal.direction == "maximize" else 1.0

    def rank(trial: Row) -> tuple[float, int]:
        value = trial.final.get(goal.metric, math.nan)
        return (sign * value if math.isfinite(value) else math.inf), trial.number

    return sorted(board.trials, key=rank)


def _row(board: Leaderboard, trial: Row, metrics: Sequence[str]) -> str:
    marks = {
        "front": trial in board.front,
        "best": trial == board.best,
        "complete": trial.complete,
        "cached": trial.cached,
        "alone": bool(trial.alone),
        "stopped": trial.stopped,
        "pruned": not trial.complete,
    }
    names = " ".join(mark for mark, holds in marks.items() if holds)
    number = str(trial.number)
    opener = f'<button type="button" data-trial="{number}">{number}</button>'
    why = trial.reason or "; ".join(trial.problems)
    cells = [f'<td data-value="{number}">{opener}</td>', _cell(state_of(trial), title=why)]
    cells += [_cell(trial.final.get(metric, ""), words=partial(shown, metric)) for metric in metrics]
    cells += [_cell(numeric(trial.params.get(hole, ""))) for hole in board.holes]
    cells += [_cell(round(trial.seconds, 2)), _cell(trial.fingerprint[:12], title=trial.fingerprint)]
    return f'<tr id="trial-{trial.number}" class="{names}">{"".join(cells)}</tr>'


def _cell(value: Any, *, title: str = "", words: Callable[[float], str] | None = None) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = words(value) if is_number and words else plain(value)
    sort = f' data-value="{value}"' if is_number else _text_class(wordy=True)
    hover = f' title="{escape(title or text)}"' if title or len(text) > 24 else ""
    return f"<td{sort}{hover}>{escape(text)}</td>"


def _text_class(wordy: bool) -> str:
    return ' class="text"' if wordy else ""


def _is_numeric(board: Leaderboard, hole: str) -> bool:
    values = [numeric(trial.params[hole]) for trial in board.trials if hole in trial.params]
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
