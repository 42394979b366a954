"""Turns an evaluation that reports through a callback into steps that can be asked for."""

from __future__ import annotations

import queue
import threading

from fractalgen.search.job import EpochReport, Evaluation, Job, Result, attempt


class _Abandoned(BaseException):
    """Ends an evaluation from inside its report; evaluations catch exceptions, so it is none."""


class Steps:
    """Runs a job in a thread that does not wait to be asked, so that a slow asker costs no training time."""

    def __init__(self, evaluation: Evaluation, job: Job) -> None:
        self._items: queue.Queue[EpochReport | Result] = queue.Queue()
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(evaluation, job), daemon=True)
        self._thread.start()

    def next(self) -> tuple[tuple[EpochReport, ...], Result | None]:
        """Wait for news; return the epochs since the last call, and the result once there is one."""
        items = [self._items.get()]
        while not self._items.empty():
            items.append(self._items.get())
        reports = tuple(item for item in items if isinstance(item, EpochReport))
        return reports, next((item for item in items if isinstance(item, Result)), None)

    def abandon(self) -> None:
        """End the evaluation at its next report, and wait for that."""
        self._abandoned.set()
        self._thread.join()

    def _work(self, evaluation: Evaluation, job: Job) -> None:
        try:
            self._items.put(attempt(evaluation, job, self._report))
        except _Abandoned:
            return

    def _report(self, report: EpochReport) -> None:
        if self._abandoned.is_set():
            raise _Abandoned
        self._items.put(report)
