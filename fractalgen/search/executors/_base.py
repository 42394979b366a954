"""What an executor is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from fractalgen.search.job import Evaluation, Job, OnEpoch, Outcome
from fractalgen.search.machines.capacity import Node, machine
from fractalgen.search.machines.placement import Placement


class Executor(ABC):
    """Runs jobs somewhere, a few at a time; knows nothing of the study.

    The driver starts it, submits up to `slots` jobs, then calls `poll` until each has come back. All calls
    come from one thread.

    Args:
        evaluation: What is done with a job.
        workers: How many jobs at a time; at least 1.
        placement: What a job may take, and where.
    """

    most: ClassVar[int | None] = None
    """The most workers that it can have, if there is such a bound."""
    is_of_ray: ClassVar[bool] = False
    """Whether it runs on a Ray cluster, which has addresses, callbacks and resources of its own."""

    def __init__(self, evaluation: Evaluation, workers: int, placement: Placement | None = None) -> None:
        self.evaluation = evaluation
        self.slots = workers
        self.placement = placement or Placement()

    @classmethod
    def nodes(cls, placement: Placement) -> tuple[Node, ...]:  # noqa: ARG003 - this machine, whatever is asked for
        """Return the machines that it would run on.

        Raises:
            SearchError: they cannot be reached.
        """
        return (machine(),)

    @classmethod
    def check(cls, placement: Placement) -> None:  # noqa: ARG003 - most have nothing to look at
        """Look, before anything is written, at what else can be wrong.

        Raises:
            SearchError: it is.
        """
        return

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
        """Wait until a job has ended and return how; meanwhile pass on the epochs of all jobs, and stop some."""

    @abstractmethod
    def close(self) -> None:
        """Stop what runs, within seconds, and free everything. Harmless when called twice."""
