"""Run folder -> report.html, and of a search leaderboard.csv."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fractalgen.atomic import write_text
from fractalgen.errors import SearchError
from fractalgen.report import training_run
from fractalgen.report.leaderboard_csv import FILE as TABLE
from fractalgen.report.leaderboard_csv import leaderboard_csv
from fractalgen.report.search_page import search_page
from fractalgen.report.training_page import training_page
from fractalgen.run_files import METRICS
from fractalgen.search import Leaderboard
from fractalgen.search.results import leaderboard

FILE = "report.html"
EVERY = 2.0
"""Seconds between two looks at a search that is watched."""
REFRESH = 5
"""Seconds after which a browser reads the report of a watched search again."""


def write_report(run_dir: Path | str) -> Path:
    """Write `report.html` into the folder of a search or of a training run, and return its path.

    Beside that of a search it writes `leaderboard.csv`, the trials as a table for other programs. It may be called at
    any time: a search that still runs gives a report of what has finished.

    Raises:
        SearchError: the folder is missing or was written by something else, or it may not be written.
    """
    folder = _folder(run_dir)
    if (folder / leaderboard.FILE).is_file():
        board = Leaderboard.read(folder)
        _write(folder / TABLE, leaderboard_csv(folder, board))
        text = search_page(folder, board)
    elif (folder / METRICS).is_file():
        text = training_page(folder, training_run.read_training_run(folder))
    else:
        raise SearchError(
            f"{str(folder)!r} is not the folder of a run: it holds no {leaderboard.FILE} and no {METRICS}",
            "Give a folder that `fractalgen search` or `fractalgen train` wrote.",
        )
    return _write(folder / FILE, text)


def watch_report(run_dir: Path | str, wait: Callable[[float], None] = time.sleep) -> Iterator[Leaderboard]:
    """Write the report of a search again whenever a trial has finished, until it has ended; yield each leaderboard.

    A browser that shows the report reads it again by itself; the last one stays as it is.

    Args:
        run_dir: The folder of a search.
        wait: Called with the seconds between two looks.

    Raises:
        SearchError: the folder is that of no search, or it may not be written.
    """
    folder = _folder(run_dir)
    if not (folder / leaderboard.FILE).is_file():
        raise SearchError(
            f"{str(folder)!r} holds no {leaderboard.FILE}: only a search can be watched",
            "Give the folder of a search that has begun, or leave out --watch.",
        )
    seen = 0
    while True:
        changed = (folder / leaderboard.FILE).stat().st_mtime_ns
        if changed != seen:
            seen = changed
            board = Leaderboard.read(folder)
            _write(folder / FILE, search_page(folder, board, None if board.ended else REFRESH))
            yield board
            if board.ended:
                return
        wait(EVERY)


def _folder(run_dir: Path | str) -> Path:
    folder = Path(run_dir)
    if not folder.is_dir():
        raise SearchError(f"there is no folder {str(folder)!r}", "Give the folder of a search or of a training run.")
    return folder


def _write(target: Path, text: str) -> Path:
    try:
        write_text(target, text)
    except OSError as error:
        raise SearchError(f"{str(target)!r} cannot be written: {error.strerror}", "Make the folder writable.") from None
    return target
