"""What an executor is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from fractalgen.search.job import Evaluation, Job, OnEpoch, Outcome


class Executor(ABC):
    """Runs jobs somewhere, a few at a time; knows nothing of the study.

    The driver starts it, submits up to `slots` jobs, then calls `poll` until each has come back. All calls
    come from one thread.

    Args:
        evaluation: What is done with a job.
        workers: How many jobs at a time; at least 1.
    """

    def __init__(self, evaluation: Evaluation, workers: int) -> None:
        self.evaluation = evaluation
        self.slots = workers

    @classmethod
    @abstractmethod
    def default_workers(cls, cores: int) -> int:
        """Return how many workers are best on a machine with so many cores."""

    @classmethod
    def problem(cls, workers: int, cores: int) -> str:
        """Return why it cannot run so many workers on so many cores; empty when it can."""
        if workers > cores:
            return f"{workers} workers were asked for, and there are {cores} cores"
        return ""

    def start(self) -> None:
        """Get ready for jobs; called once, and only when there are some.

        Raises:
            SearchError: it cannot start.
        """
        return

    @abstractmethod
    def submit(self, job: Job) -> None:
        """Take a job; at most `slots` at a time."""

    @abstractmethod
    def poll(self, on_epoch: OnEpoch) -> Outcome:
        """Wait until a job has ended and return how; meanwhile pass on the epochs of all jobs."""

    @abstractmethod
    def close(self) -> None:
        """Stop what runs, within seconds, and free everything. Harmless when called twice."""
