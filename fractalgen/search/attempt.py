"""Job -> Result: one evaluation, which ends by itself, by the driver's word or by the clock, and may lack memory."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fractalgen.errors import FractalGenError
from fractalgen.search.job import EpochReport, Evaluation, GoOn, Job, Result, Trouble
from fractalgen.search.machines.peak_memory import PeakMemory, free, is_full
from fractalgen.search.store.full_disk import is_full_disk

HALF = 2
"""Parts of a batch after the first step down the ladder."""


def evaluate(evaluation: Evaluation, job: Job, go_on: GoOn) -> Result:
    """Run one job; where memory is full, once more with half the images at a time and the same batch.

    Args:
        evaluation: What is done.
        job: What it is done with.
        go_on: Called after each epoch; False ends it.
    """
    result = attempt(evaluation, job, go_on)
    if result.trouble != "memory" or job.parts > 1:
        return result
    free()
    again = attempt(evaluation, replace(job, parts=HALF), go_on)
    return replace(again, mishaps=(f"{result.reason}; tried again with half the batch at a time", *again.mishaps))


class _Ended(BaseException):
    """Ends an evaluation from inside its report; evaluations catch exceptions, so it is none."""


class _Watch:
    """Hears the epochs of one evaluation, and ends it when it is told to or when its time is up."""

    def __init__(self, job: Job, go_on: GoOn) -> None:
        self._job, self._go_on = job, go_on
        self._began = time.monotonic()
        self._memory = PeakMemory()
        self._history: list[Mapping[str, float]] = []
        self.late = False

    def __call__(self, report: EpochReport) -> None:
        self._history.append(report.metrics)
        goes_on = self._go_on(report)
        if report.epoch >= report.epochs:
            return
        if not goes_on:
            raise _Ended
        if self._job.timeout is not None and self._seconds > self._job.timeout:
            self.late = True
            raise _Ended

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def facts(self) -> dict[str, Any]:
        """Return what is known of an evaluation that did not come to its own end."""
        return {"seconds": self._seconds, "history": tuple(self._history), "peak_memory": self._memory.read()}

    def peak(self) -> int:
        """Return the most bytes that were taken."""
        return self._memory.read()

    def ended(self) -> Result:
        """Return the result of an evaluation that was ended."""
        if self.late:
            return late(self._job.timeout or 0.0, **self.facts())
        return Result(metrics=self._history[-1], stopped=True, **self.facts())


def late(timeout: float, **facts: Any) -> Result:
    """Return the result of a job whose time is up."""
    return Result(reason=f"the time-out of {timeout:g} s was over", trouble="time", **facts)


def attempt(evaluation: Evaluation, job: Job, go_on: GoOn) -> Result:
    """Run one job to its end, or until `go_on` says no or its time is up, which are looked at after each epoch.

    An exception inside it becomes the reason of a failed result.
    """
    watch = _Watch(job, go_on)
    try:
        result = evaluation.run(job, watch)
    except _Ended:
        return watch.ended()
    except Exception as error:  # noqa: BLE001 - one bad architecture must not end a search
        return Result(reason=_in_words(error), trouble=_trouble(error), **watch.facts())
    return replace(result, peak_memory=result.peak_memory or watch.peak())


def _in_words(error: Exception) -> str:
    """Return what an error says; of one that is not ours, also its kind."""
    return str(error) if isinstance(error, FractalGenError) else f"{type(error).__name__}: {error}".strip(": ")


def _trouble(error: Exception) -> Trouble:
    if is_full(error):
        return "memory"
    return "disk" if is_full_disk(error) else ""
