"""Score -> Leaderboard.

The Optuna study in the run folder is the only truth, and only the driver writes it: killing anything at any
time loses no finished trial, and the same command goes on where it stopped.
"""

from fractalgen.search.check_names import check_names
from fractalgen.search.job import EpochReport, Evaluation, Job, Result
from fractalgen.search.progress import Observer, Silent
from fractalgen.search.results.leaderboard import Leaderboard, Row
from fractalgen.search.run import SearchOptions, run_search

__all__ = [
    "EpochReport",
    "Evaluation",
    "Job",
    "Leaderboard",
    "Observer",
    "Result",
    "Row",
    "SearchOptions",
    "Silent",
    "check_names",
    "run_search",
]
