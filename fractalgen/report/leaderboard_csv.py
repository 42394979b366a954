"""The leaderboard as a table for other programs: one row a trial, with what each epoch gave."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fractalgen.report.wording import state_of
from fractalgen.run_files import METRICS
from fractalgen.search import Leaderboard, Row
from fractalgen.search.results.leaderboard import short_names
from fractalgen.search.results.run_folder import RunFolder, read_json

FILE = "leaderboard.csv"
FIGURES = ("parameters", "macs")
"""Figures of the graph that every table has."""

Cells = Mapping[str, Any]


def leaderboard_csv(folder: Path, board: Leaderboard) -> str:
    """Return the trials of the search in `folder` as CSV.

    A column a hole, named by the end of its path; parameters, MACs and the objectives; of an objective that is known
    after each epoch, a column an epoch, such as `val_accuracy 1`.
    """
    rows = list(_rows(folder, board))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["trial"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _rows(folder: Path, board: Leaderboard) -> Iterator[Cells]:
    names = short_names(board.holes)
    metrics = [goal.metric for goal in board.objectives]
    history = {row.number: _history(folder, row) for row in board.trials}
    by_epoch = [name for name in metrics if any(name in each for epochs in history.values() for each in epochs)]
    last = max(map(len, history.values()), default=0)
    for row in board.trials:
        epochs = [*history[row.number], *({} for _ in range(last - len(history[row.number])))]
        yield {
            "trial": row.number,
            "state": state_of(row),
            "fingerprint": row.fingerprint,
            **{name: row.params.get(hole, "") for name, hole in zip(names, board.holes, strict=True)},
            **{name: _plain(row.metrics.get(name, "")) for name in dict.fromkeys((*FIGURES, *metrics))},
            **{f"{name} {epoch}": each.get(name, "") for name in by_epoch for epoch, each in enumerate(epochs, 1)},
            "seconds": round(row.seconds, 2),
            "reason": row.reason,
        }


def _history(folder: Path, row: Row) -> Sequence[Cells]:
    """Return what was known after each epoch of the trial that gave the values."""
    known = read_json(RunFolder(folder).evaluated(row) / METRICS)
    return known.get("history", ()) if isinstance(known, Mapping) else ()


def _plain(value: Any) -> Any:
    """Return a count as the whole number that it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
