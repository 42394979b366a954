"""In this process, one job at a time."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from functools import partial
from typing import ClassVar

from fractalgen.search.attempt import evaluate
from fractalgen.search.executors._base import Executor
from fractalgen.search.job import Evaluation, Job, OnEpoch, Outcome
from fractalgen.search.machines.placement import Placement


class Inline(Executor):
    """Runs a job inside `poll`: no start-up time, and an interrupt reaches the training itself."""

    most: ClassVar[int | None] = 1

    def __init__(self, evaluation: Evaluation, workers: int, placement: Placement | None = None) -> None:
        super().__init__(evaluation, workers, placement)
        self._jobs: deque[Job] = deque()

    def submit(self, job: Job) -> None:
        """Keep the job for `poll`."""
        self._jobs.append(replace(job, timeout=self.placement.timeout))

    def poll(self, on_epoch: OnEpoch) -> Outcome:
        """Run the oldest job to its end, or until it is stopped."""
        job = self._jobs.popleft()
        return Outcome(job.number, evaluate(self.evaluation, job, partial(on_epoch, job.number)))

    def close(self) -> None:
        """Forget jobs that never began."""
        self._jobs.clear()
