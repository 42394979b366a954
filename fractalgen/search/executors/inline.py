"""In this process, one job at a time."""

from __future__ import annotations

from collections import deque
from functools import partial

from fractalgen.search.attempt import evaluate
from fractalgen.search.executors._base import Executor
from fractalgen.search.job import Evaluation, Job, OnEpoch, Outcome


class Inline(Executor):
    """Runs a job inside `poll`: no start-up time, and an interrupt reaches the training itself."""

    def __init__(self, evaluation: Evaluation, workers: int) -> None:
        super().__init__(evaluation, workers)
        self._jobs: deque[Job] = deque()

    @classmethod
    def default_workers(cls, cores: int) -> int:  # noqa: ARG003 - one, on any machine
        """Return 1."""
        return 1

    @classmethod
    def problem(cls, workers: int, cores: int) -> str:  # noqa: ARG003 - one, on any machine
        """Return why it cannot: it has one place."""
        return "" if workers == 1 else f"inline runs one trial at a time, and {workers} workers were asked for"

    def submit(self, job: Job) -> None:
        """Keep the job for `poll`."""
        self._jobs.append(job)

    def poll(self, on_epoch: OnEpoch) -> Outcome:
        """Run the oldest job to its end, or until it is stopped."""
        job = self._jobs.popleft()
        return Outcome(job.number, evaluate(self.evaluation, job, partial(on_epoch, job.number)))

    def close(self) -> None:
        """Forget jobs that never began."""
        self._jobs.clear()
