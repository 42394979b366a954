"""Turns an evaluation that reports through a callback into steps that can be asked for."""

from __future__ import annotations

import queue
import threading

from fractalgen.search.attempt import evaluate
from fractalgen.search.job import EpochReport, Evaluation, Job, Result


class _Abandoned(BaseException):
    """Ends an evaluation from inside its report; evaluations catch exceptions, so it is none."""


class Steps:
    """Runs a job in a thread that waits after each epoch, but the last, until the next step is asked for.

    So an epoch that would be thrown away is never begun.
    """

    def __init__(self, evaluation: Evaluation, job: Job) -> None:
        self._items: queue.Queue[EpochReport | Result] = queue.Queue()
        self._asked = threading.Semaphore(0)
        self._abandoned = threading.Event()
        self._waits = False
        self._thread = threading.Thread(target=self._work, args=(evaluation, job), daemon=True)
        self._thread.start()

    def next(self) -> tuple[tuple[EpochReport, ...], Result | None]:
        """Go on to the end of the next epoch; return it, and the result once there is one."""
        if self._waits:
            self._waits = False
            self._asked.release()
        reports: list[EpochReport] = []
        while True:
            item = self._items.get()
            if isinstance(item, Result):
                return tuple(reports), item
            reports.append(item)
            if _is_followed(item):
                self._waits = True
                return tuple(reports), None

    def abandon(self) -> None:
        """End the evaluation at its next report, and wait for that."""
        self._abandoned.set()
        self._asked.release()
        self._thread.join()

    def _work(self, evaluation: Evaluation, job: Job) -> None:
        try:
            self._items.put(evaluate(evaluation, job, self._report))
        except _Abandoned:
            return

    def _report(self, report: EpochReport) -> bool:
        self._items.put(report)
        if _is_followed(report):
            self._asked.acquire()
        if self._abandoned.is_set():
            raise _Abandoned
        return True


def _is_followed(report: EpochReport) -> bool:
    return report.epoch < report.epochs
