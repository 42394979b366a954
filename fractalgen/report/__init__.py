"""Leaderboard -> files.

`write_report` makes one HTML page of a run folder, of a search or of a training run; it opens without a network.
Beside that of a search it writes the trials as CSV.
"""

from fractalgen.report.finish import finish_search
from fractalgen.report.training_run import TrainingRun, read_training_run
from fractalgen.report.write import watch_report, write_report

__all__ = ["TrainingRun", "finish_search", "read_training_run", "watch_report", "write_report"]
