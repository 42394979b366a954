"""Run folder -> report.html."""

from __future__ import annotations

from pathlib import Path

from fractalgen.atomic import write_text
from fractalgen.errors import SearchError
from fractalgen.report import training_run
from fractalgen.report.search_page import search_page
from fractalgen.report.training_page import training_page
from fractalgen.search import Leaderboard, leaderboard

FILE = "report.html"


def write_report(run_dir: Path | str) -> Path:
    """Write `report.html` into the folder of a search or of a training run, and return its path.

    It may be called at any time: a search that still runs gives a report of what has finished.

    Raises:
        SearchError: the folder is missing or was written by something else, or it may not be written.
    """
    folder = Path(run_dir)
    if not folder.is_dir():
        raise SearchError(f"there is no folder {str(folder)!r}", "Give the folder of a search or of a training run.")
    if (folder / leaderboard.FILE).is_file():
        text = search_page(folder, Leaderboard.read(folder))
    elif (folder / training_run.FILE).is_file():
        text = training_page(folder, training_run.read_training_run(folder))
    else:
        raise SearchError(
            f"{str(folder)!r} is not the folder of a run: it holds no {leaderboard.FILE} and no {training_run.FILE}",
            "Give a folder that `fractalgen search` or `fractalgen train` wrote.",
        )
    target = folder / FILE
    try:
        write_text(target, text)
    except OSError as error:
        raise SearchError(f"{str(target)!r} cannot be written: {error.strerror}", "Make the folder writable.") from None
    return target
