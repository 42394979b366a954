"""One process of the pool: its own side, and what the driver holds of it."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from fractalgen.errors import SearchError
from fractalgen.search.attempt import evaluate, late
from fractalgen.search.job import EpochReport, Evaluation, Job, Result

_SECONDS_TO_DIE = 10.0


@dataclass
class Worker:
    """A process with its own process group, and the job that it runs, if any.

    Attributes:
        process: The process.
        pipe: To it.
        devices: Names of the GPUs that it sees; None when it sees what the driver sees.
        job: What it runs.
        history: Of that job.
        began: When that job began; None while the process gets ready.
    """

    process: Any
    pipe: Connection
    devices: tuple[str, ...] | None
    job: Job | None = None
    history: list[Mapping[str, float]] = field(default_factory=list)
    began: float | None = None

    @classmethod
    def start(cls, evaluation: Evaluation, devices: tuple[str, ...] | None) -> Worker:
        """Start a process; it makes itself ready while the first job is on its way.

        Raises:
            SearchError: the evaluation cannot be sent to another process.
        """
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, evaluation, devices), name="fractalgen-worker")
        try:
            process.start()
        except (AttributeError, TypeError, ValueError) as error:
            ours.close()
            raise SearchError(
                f"the evaluation cannot be sent to another process: {error}", "Define it in a module, or use inline."
            ) from None
        finally:
            theirs.close()
        return cls(process, ours, devices)

    def begin(self, job: Job) -> None:
        """Run a job."""
        self.job, self.history, self.began = job, [], None
        with suppress(OSError):  # a process that has died is seen by the next look at it
            self.pipe.send(job)

    @property
    def seconds_left(self) -> float | None:
        """How long its job may still take; None when there is no bound."""
        if self.job is None or self.job.timeout is None or self.began is None:
            return None
        return max(0.0, self.began + self.job.timeout - time.monotonic())

    def receive(self) -> EpochReport | Result | None:
        """Return what it says next, None when it begins its job; a process that has died says that it has."""
        with suppress(EOFError, OSError, ValueError):
            if self.pipe.poll():
                said: EpochReport | Result | None = self.pipe.recv()
                if said is None:
                    self.began = time.monotonic()
                if isinstance(said, EpochReport):
                    self.history.append(said.metrics)
                return said
        self.process.join(_SECONDS_TO_DIE)  # its pipes close a moment before it has an exit status
        return self._end(Result(reason=f"the worker process {_fate(self.process.exitcode)}", trouble="crash"))

    def answer(self, *, goes_on: bool) -> None:
        """Say whether its job goes on."""
        with suppress(OSError):
            self.pipe.send(goes_on)

    def end_late(self) -> Result:
        """End the process, whose time is up; return what is known of its job."""
        self.kill()
        return self._end(late((self.job and self.job.timeout) or 0.0))

    def _end(self, result: Result) -> Result:
        seconds = 0.0 if self.began is None else time.monotonic() - self.began
        return replace(result, seconds=seconds, history=tuple(self.history))

    def kill(self) -> None:
        """End the process and all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()  # it may have had no time to make its group
        self.process.join(_SECONDS_TO_DIE)
        self.pipe.close()


def _fate(exit_code: int | None) -> str:
    if exit_code is None:
        return "closed its pipe"
    if exit_code < 0:
        return f"was killed by {signal.Signals(-exit_code).name}"
    return f"left with exit status {exit_code}"


def _work(pipe: Connection, evaluation: Evaluation, devices: tuple[str, ...] | None) -> None:
    """Evaluate one job after another, until the driver is gone."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if devices is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(devices)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, inbox), daemon=True).start()
    while True:
        job = inbox.get()
        pipe.send(None)
        pipe.send(evaluate(evaluation, job, partial(_report, pipe, inbox)))


def _report(pipe: Connection, inbox: queue.SimpleQueue[Any], report: EpochReport) -> bool:
    pipe.send(report)
    return report.epoch >= report.epochs or bool(inbox.get())


def _listen(pipe: Connection, inbox: queue.SimpleQueue[Any]) -> None:
    """Pass on what the driver says; end this process and all that it started when the driver is gone."""
    with suppress(EOFError, OSError):
        while True:
            inbox.put(pipe.recv())
    os.killpg(0, signal.SIGKILL)
