"""What passes between the driver and those who evaluate: jobs, reports by epoch, results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from fractalgen.run_files import SPEC

Trouble = Literal["", "time", "memory", "crash", "disk"]


@dataclass(frozen=True)
class Job:
    """One network to evaluate; small, so that it can be sent to another process.

    Attributes:
        number: The trial.
        folder: The trial's folder, which holds its plain `spec.yaml`.
        data: The `Data` to train on.
        threads: CPU threads that the evaluation may use.
        timeout: Seconds after which it is ended, if any.
        parts: Into how many more parts than the recipe says a batch is split, as memory was full.
        whole: Whether it has a whole GPU where others have a part of one, as memory was full.
        labels: The choices that made the network, for people and loggers.
    """

    number: int
    folder: Path
    data: Any = None
    threads: int = 1
    timeout: float | None = None
    parts: int = 1
    whole: bool = False
    labels: Mapping[str, Any] = field(default_factory=dict)

    @property
    def spec_file(self) -> Path:
        """The filled spec."""
        return self.folder / SPEC


@dataclass(frozen=True)
class EpochReport:
    """What is known after one epoch, counted from 1, of `epochs`."""

    epoch: int
    epochs: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Result:
    """How an evaluation ended.

    Attributes:
        metrics: The figures of the run, or of its last epoch when it was stopped; empty when it failed.
        reason: Why it failed; empty when it did not.
        seconds: How long it took.
        history: The metrics of each epoch.
        guards: What was checked because it goes wrong silently; `problems` among it holds a sentence for each.
        stopped: Whether it was ended early because the driver said so.
        trouble: The kind of failure, where it lies in the machine and not in the network: time, memory,
            crash, disk.
        mishaps: What went wrong before it ended so, a sentence each, with what was done about it.
        peak_memory: The most bytes that it took, on the GPU if it ran there; 0 when unknown.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0
    history: tuple[Mapping[str, float], ...] = ()
    guards: Mapping[str, Any] = field(default_factory=dict)
    stopped: bool = False
    trouble: Trouble = ""
    mishaps: tuple[str, ...] = ()
    peak_memory: int = 0

    @property
    def failed(self) -> bool:
        """Whether there is no score."""
        return bool(self.reason)


@dataclass(frozen=True)
class Outcome:
    """The result of trial `number`."""

    number: int
    result: Result


Report = Callable[[EpochReport], None]
"""Called by an evaluation after each epoch, those of a run that it takes up again too."""

GoOn = Callable[[EpochReport], bool]
"""Called after each epoch of one job: True lets it go on, False stops it now."""

OnEpoch = Callable[[int, EpochReport], bool]
"""Called by an executor in the driver's thread, with the trial's number: True lets it go on, False stops it now."""


class Evaluation(Protocol):
    """Turns a filled spec into figures. Picklable: executors send it to other processes."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the figures that every successful result holds."""
        ...

    @property
    def keeps_weights(self) -> bool:
        """Whether `run` leaves weights in the job's folder, without which `publish` cannot do its work."""
        ...

    def digest(self, data: Any) -> str:
        """Return a hash of the data's content, which is part of the cache's key."""
        ...

    def run(self, job: Job, report: Report) -> Result:
        """Evaluate one job; any exception is taken as the failure of this trial alone."""
        ...

    def publish(self, job: Job, best: Path) -> float | None:
        """Write the weights and source of a finished job into `best`; return its accuracy on the test set.

        Returns None when the job's folder holds no weights any more, or damaged ones, or when `run` keeps none.
        """
        ...
