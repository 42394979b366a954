"""The live table of a search: what is done, what is best, what runs, how long it will take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fractalgen.search import EpochReport, Leaderboard, Row
from fractalgen.search.results.leaderboard import short_names

_RECENT = 6


class LiveTable:
    """An observer that draws on a terminal, and prints a line a trial where there is none.

    Use it as a context manager around the search; the console should write to stderr.

    Args:
        console: Where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._board: Leaderboard | None = None
        self._running: dict[int, tuple[Mapping[str, Any], EpochReport | None]] = {}
        self._workers = 1
        self._began = time.monotonic()
        self._already = 0
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def search_started(self, leaderboard: Leaderboard, workers: int) -> None:
        """Begin the clock; say how much is done already."""
        self._board, self._workers = leaderboard, workers
        self._began, self._already = time.monotonic(), len(leaderboard.trials)
        if self._already:
            self._console.print(f"going on after {_of(leaderboard, self._already)} trials")

    def trial_started(self, number: int, params: Mapping[str, Any]) -> None:
        """Show a running trial."""
        self._running[number] = (params, None)

    def epoch_finished(self, number: int, report: EpochReport) -> None:
        """Show how far a running trial is."""
        if number in self._running:
            self._running[number] = (self._running[number][0], report)

    def trial_finished(self, row: Row, leaderboard: Leaderboard) -> None:
        """Count a trial."""
        self._running.pop(row.number, None)
        self._board = leaderboard
        if not self._console.is_terminal:
            done = f"{len(leaderboard.trials)}/{leaderboard.target or '?'}"
            self._console.print(f"{done}  trial {row.number}  {outcome(row)}", highlight=False, markup=False)

    def _render(self) -> RenderableType:
        board = self._board
        if board is None:
            return Text("starting")
        bar = ProgressBar(total=board.target or None, completed=len(board.trials), width=40)
        return Group(bar, Text(self._summary(board)), self._table(board))

    def _summary(self, board: Leaderboard) -> str:
        parts = [f"{_of(board, len(board.trials))} trials", f"front {len(board.front)}"]
        if board.best is not None:
            main = board.objectives[0].metric
            parts.insert(1, f"best {main} {figure(board.best.values[main])}")
        seconds = self._seconds_left(board)
        if seconds is not None:
            parts.append(f"{int(seconds) // 60}:{int(seconds) % 60:02d} left")
        return "   ".join(parts)

    def _seconds_left(self, board: Leaderboard) -> float | None:
        done = len(board.trials) - self._already
        if done == 0 or not board.target:
            return None
        return (time.monotonic() - self._began) / done * (board.target - len(board.trials))

    def _table(self, board: Leaderboard) -> Table:
        table = Table(box=None, pad_edge=False)
        for title in ("trial", "epoch", *(objective.metric for objective in board.objectives), "choices"):
            table.add_column(title, overflow="ellipsis", no_wrap=True)
        for number, (params, report) in sorted(self._running.items()):
            epoch = f"{report.epoch}/{report.epochs}" if report else "starts"
            metrics = report.metrics if report else {}
            table.add_row(str(number), epoch, *_cells(board, metrics), _choices(params), style="bold")
        for row in reversed(board.trials[-_RECENT:]):
            state = "repeat" if row.cached else "done" if row.complete else "pruned"
            table.add_row(str(row.number), state, *_cells(board, row.values), _choices(row.params), style="dim")
        return table


def _of(board: Leaderboard, done: int) -> str:
    return f"{done} of {board.target}" if board.target else str(done)


def outcome(row: Row) -> str:
    """Return in one line how a trial ended."""
    if not row.complete:
        return f"pruned: {row.reason}"
    values = "  ".join(f"{name} {figure(value)}" for name, value in row.values.items())
    if row.alone:
        return f"trained alone: {_alone(row)}"
    if row.cached:
        return f"{values}  (repeats trial {row.source})"
    notes = [*([row.reason] if row.reason else []), *row.problems]
    return "  ".join([values, *(f"({note})" for note in notes)])


def _alone(row: Row) -> str:
    found = {name: (row.alone[name], value) for name, value in row.values.items() if row.alone[name] != value}
    return "  ".join(f"{name} {figure(new)} ({figure(old)} with shared weights)" for name, (new, old) in found.items())


def figure(value: float) -> str:
    """Return a number as people read it: counts with commas, fractions with four digits."""
    return f"{int(value):,}" if value == int(value) and abs(value) >= 2 else f"{value:.4f}"


def choices(params: Mapping[str, Any]) -> str:
    """Return what was chosen for each hole, by the end of its path."""
    return "  ".join(f"{name}={value}" for name, value in zip(short_names(tuple(params)), params.values(), strict=True))


def _cells(board: Leaderboard, values: Mapping[str, float]) -> list[str]:
    names = [objective.metric for objective in board.objectives]
    return [figure(values[name]) if name in values else "" for name in names]


def _choices(params: Mapping[str, Any]) -> Text:
    # Not a plain string, whose [brackets] would be taken for styles.
    return Text(choices(params))
