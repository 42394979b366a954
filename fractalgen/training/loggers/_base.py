"""What a logger is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from fractalgen.errors import MissingDependencyError
from fractalgen.training.score import Epoch


class Logger(ABC):
    """Sends the figures of a training run somewhere.

    It is made before the training, `log` is called after each epoch and at the end, and `close` however it ends. It
    opens nothing before it is first called: a run that is refused leaves no trace.

    Args:
        folder: The run's.
        name: The run's.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name

    @abstractmethod
    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Send figures as they are after `step` epochs."""

    @abstractmethod
    def close(self) -> None:
        """Say that no more will come."""


def figures_of(record: Epoch) -> dict[str, float]:
    """Return what an epoch's record says, by name."""
    plain = {name: value for name, value in asdict(record).items() if name not in ("epoch", "figures")}
    return {**plain, **record.figures}


def required(module: str, extra: str) -> Any:
    """Return a module that comes with an extra.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        hint = f"Install it with: pip install 'fractalgen[{extra}]'."
        raise MissingDependencyError(f"logging to {extra} needs the package {module!r}", hint) from None
