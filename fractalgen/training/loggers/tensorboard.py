"""TensorBoard: event files in the run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fractalgen.training.loggers._base import Logger, required


class TensorBoard(Logger):
    """Writes `tensorboard/` in the run's folder, for `tensorboard --logdir`."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._writers = required("tensorboardX", "tensorboard")
        self._writer: Any = None

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Write each figure as a scalar."""
        if self._writer is None:
            self._writer = self._writers.SummaryWriter(str(self.folder / "tensorboard"))
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
