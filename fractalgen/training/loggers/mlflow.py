"""MLflow: a run on the server that MLFLOW_TRACKING_URI names, or where MLflow keeps runs otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fractalgen.atomic import write_text
from fractalgen.training.loggers._base import Logger, required

RUN_FILE = "mlflow.txt"
"""Holds the id of the MLflow run, so that a training run that goes on does so there, too."""


class MLflow(Logger):
    """Sends figures as metrics of one MLflow run."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._mlflow = required("mlflow", "mlflow")
        self._run: Any = None

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Send the figures."""
        if self._run is None:
            self._run = self._start()
        self._mlflow.log_metrics(dict(figures), step=step, run_id=self._run.info.run_id)

    def close(self) -> None:
        """End the run."""
        if self._run is not None:
            self._mlflow.end_run()

    def _start(self) -> Any:
        file = self.folder / RUN_FILE
        if file.exists():
            return self._mlflow.start_run(run_id=file.read_text(encoding="utf-8").strip())
        run = self._mlflow.start_run(run_name=self.name or self.folder.name)
        write_text(file, run.info.run_id + "\n")
        return run
