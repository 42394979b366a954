"""How far a training run is, for those who watch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fractalgen.training.steps import Steps

SECONDS = 0.2
"""Time between two reports."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        epoch: The one that runs, from 1.
        epochs: How many there will be.
        step: Steps of the epoch that are done.
        steps: Steps of an epoch.
        images_per_second: In the epoch so far, over all processes.
        seconds_left: Until the last epoch ends, validation included, by the speed so far.
        mode: What the last training pass ran: `full`, `local`, `column K` or `samples`.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    images_per_second: float
    seconds_left: float
    mode: str


OnStep = Callable[[Progress], object]
"""Called a few times a second, after a step."""


class Watch:
    """Measures the speed of a run, and reports where it stands from time to time.

    Args:
        steps: What runs.
        on_step: Who watches, if anybody does.
    """

    def __init__(self, steps: Steps, on_step: OnStep | None) -> None:
        self._steps = steps
        self._on_step = on_step
        self._began = self._epoch_began = time.perf_counter()
        self._reported = -SECONDS
        self._done = self._done_in_epoch = 0

    def start(self) -> None:
        """Begin the clock of an epoch."""
        self._done_in_epoch, self._epoch_began = 0, time.perf_counter()

    def after_step(self, epoch: int, now: float) -> None:
        """Count a step of `epoch` that is done `now`, and report it if it is time."""
        self._done += 1
        self._done_in_epoch += 1
        if self._on_step is not None and now - self._reported >= SECONDS:
            self._reported = now
            self._on_step(self._progress(epoch, now))

    def _progress(self, epoch: int, now: float) -> Progress:
        steps, epochs = self._steps, self._steps.recipe.epochs
        left = (epochs - epoch + 1) * steps.per_epoch - steps.done
        return Progress(
            epoch=epoch,
            epochs=epochs,
            step=steps.done,
            steps=steps.per_epoch,
            images_per_second=self._done_in_epoch * steps.batch / (now - self._epoch_began),
            seconds_left=left * (now - self._began) / self._done,
            mode=getattr(steps.network, "mode", "full"),
        )
