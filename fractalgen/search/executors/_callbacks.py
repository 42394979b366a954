"""Ray Tune's callbacks by their names there, and what they see of our trials."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ray.tune import Callback

from fractalgen.errors import SearchError
from fractalgen.search.callbacks import CALLBACKS

OURS = ("reports", "outcome")
"""Keys of a step's result that are of no use to anyone else."""


class Shown(Callback):
    """Shows one of Tune's callbacks plain figures, and copies the files of each trial that has ended.

    Tune keeps the files of its loggers in a temporary folder, which would be lost when the driver is killed.
    """

    def __init__(self, inner: Any = None, logs: Path | None = None) -> None:
        self._inner, self._logs = inner, logs

    def __reduce__(self) -> tuple[Any, ...]:
        return (Shown, ())

    def setup(self, stop: Any = None, num_samples: Any = None, total_num_samples: Any = None, **info: Any) -> None:
        """Pass it on."""
        self._inner.setup(stop, num_samples, total_num_samples, **info)

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Pass it on."""
        self._inner.on_trial_start(iteration, trials, trial, **info)

    def on_trial_result(self, iteration: int, trials: list[Any], trial: Any, result: Any, **info: Any) -> None:
        """Pass on the figures."""
        plain = {name: value for name, value in result.items() if name not in OURS}
        self._inner.on_trial_result(iteration, trials, trial, plain, **info)

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Pass it on, and keep the files."""
        self._inner.on_trial_complete(iteration, trials, trial, **info)
        self._keep(trial)

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Pass it on, and keep the files."""
        self._inner.on_trial_error(iteration, trials, trial, **info)
        self._keep(trial)

    def on_experiment_end(self, trials: list[Any], **info: Any) -> None:
        """Pass it on."""
        self._inner.on_experiment_end(trials, **info)

    def _keep(self, trial: Any) -> None:
        if self._logs is None:
            return
        with suppress(OSError):  # a full disk ends no trial
            shutil.copytree(trial.local_path, self._logs / str(trial.config["job"].number), dirs_exist_ok=True)


def make_callback(name: str, options: Mapping[str, Any], logs: Path | None) -> Shown:
    """Return one of Tune's callbacks.

    Raises:
        SearchError: it cannot be made: a package is missing, or it takes no such option.
    """
    try:
        return Shown(CALLBACKS.get(name)(**options), logs)
    except Exception as error:
        raise SearchError(f"the callback {name!r} cannot be made: {error}", "See Ray Tune's documentation.") from error
