"""A pool of processes on this machine, one a slot."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from multiprocessing.connection import wait

from fractalgen.search.executors._base import Executor
from fractalgen.search.executors._devices import Devices
from fractalgen.search.executors._retries import Retries
from fractalgen.search.executors._worker import Worker
from fractalgen.search.job import EpochReport, Evaluation, Job, OnEpoch, Outcome, Result
from fractalgen.search.machines.capacity import gpus
from fractalgen.search.machines.placement import Placement


class Process(Executor):
    """Runs jobs in processes that are used again, so that torch is imported once a worker.

    A process that died is replaced, and its job started again. Each has its own group, so that what it started
    ends with it; all end when the driver does, whatever ended the driver.
    """

    def __init__(self, evaluation: Evaluation, workers: int, placement: Placement | None = None) -> None:
        super().__init__(evaluation, workers, placement)
        share = self.placement.resources.gpus
        self._workers: list[Worker] = []
        self._waiting: deque[Job] = deque()
        self._retries = Retries(shares=share is not None and 0 < share < 1)
        self._counts_gpus = share is not None
        self._devices = Devices(tuple(gpu.name for gpu in gpus()) if share else (), share)

    def submit(self, job: Job) -> None:
        """Begin the job, when what it takes is free."""
        self._waiting.append(replace(job, timeout=self.placement.timeout))
        self._begin()

    def poll(self, on_epoch: OnEpoch) -> Outcome:
        """Wait for the next job to end; a job whose time is up is killed."""
        while True:
            for worker in self._ready():
                said = worker.receive() if worker.seconds_left != 0 or worker.pipe.poll() else worker.end_late()
                if isinstance(said, EpochReport):
                    self._pass_on(worker, said, on_epoch)
                elif said is not None and (outcome := self._end(worker, said)):
                    return outcome
            self._begin()

    def close(self) -> None:
        """Kill the processes and forget jobs that never began."""
        for worker in self._workers:
            worker.kill()
        self._workers.clear()
        self._waiting.clear()

    def _ready(self) -> Iterable[Worker]:
        """Wait until a process says something or dies, or the time of its job is up."""
        busy = [worker for worker in self._workers if worker.job is not None]
        left = [seconds for worker in busy if (seconds := worker.seconds_left) is not None]
        ends = {end: worker for worker in busy for end in (worker.pipe, worker.process.sentinel)}
        heard = [ends[end] for end in wait(list(ends), min(left, default=None))]
        return [worker for worker in busy if worker in heard or worker.seconds_left == 0]

    def _pass_on(self, worker: Worker, report: EpochReport, on_epoch: OnEpoch) -> None:
        goes_on = worker.job is None or on_epoch(worker.job.number, report)
        if report.epoch < report.epochs:
            worker.answer(goes_on=goes_on)

    def _end(self, worker: Worker, result: Result) -> Outcome | None:
        """Return the outcome of a job, unless it is run again."""
        job, worker.job = worker.job, None
        if job is None:
            return None
        self._devices.give_back(job, worker.devices or ())
        if result.trouble == "crash" or not worker.process.is_alive():
            worker.kill()
            self._workers.remove(worker)
        again = self._retries.next(job, result)
        if again is None:
            return Outcome(job.number, self._retries.end(job, result))
        self._waiting.appendleft(again)
        return None

    def _begin(self) -> None:
        """Begin the jobs that wait, in order, as far as there is room."""
        while self._waiting and sum(worker.job is not None for worker in self._workers) < self.slots:
            taken = self._devices.take(self._waiting[0])
            if taken is None:
                return
            job = self._waiting.popleft()
            self._worker(job, taken if self._counts_gpus else None).begin(job)

    def _worker(self, job: Job, devices: tuple[str, ...] | None) -> Worker:
        """Return an idle process that sees these GPUs, or a new one; a job that needs a whole GPU has it alone."""
        idle = [worker for worker in self._workers if worker.job is None]
        found = None if job.whole else next((worker for worker in idle if worker.devices == devices), None)
        if found is not None:
            return found
        for worker in idle:
            if len(self._workers) >= self.slots or (job.whole and set(worker.devices or ()) & set(devices or ())):
                worker.kill()
                self._workers.remove(worker)
        self._workers.append(Worker.start(self.evaluation, devices))
        return self._workers[-1]
