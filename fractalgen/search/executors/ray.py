"""Ray Tune, on a cluster of this machine alone or behind an address."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from fractalgen.errors import SearchError
from fractalgen.search.executors._base import Executor
from fractalgen.search.executors._bridge import Abandoned, Bridge
from fractalgen.search.executors._cluster import connect, import_ray, nodes, request, start_local
from fractalgen.search.executors._retries import Retries
from fractalgen.search.job import Evaluation, Job, OnEpoch, Outcome
from fractalgen.search.machines.capacity import Node, gpus, machine, memory
from fractalgen.search.machines.placement import Placement
from fractalgen.spec.resources import Resources

_LEAVE_SECONDS = 2.0


class Ray(Executor):
    """Runs jobs in actors that are used again, so that torch is imported once a worker.

    Tune's loop runs in a thread of its own. A worker that died is replaced, and its job started again.
    """

    is_of_ray: ClassVar[bool] = True

    def __init__(self, evaluation: Evaluation, workers: int, placement: Placement | None = None) -> None:
        super().__init__(evaluation, workers, placement)
        self._bridge = Bridge()
        self._jobs: dict[int, Job] = {}
        self._retries = Retries(shares=bool(self.placement.resources.shares))
        self._thread: threading.Thread | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def nodes(cls, placement: Placement) -> tuple[Node, ...]:
        """Return the machines of the cluster.

        Raises:
            SearchError: nothing answers at the address.
        """
        return nodes(placement.address) if placement.address else (machine(),)

    @classmethod
    def check(cls, placement: Placement) -> None:
        """Look whether the callbacks can be made.

        Raises:
            SearchError: one cannot.
        """
        if placement.callbacks:
            cls._loggers(placement)

    def start(self) -> None:
        """Start a cluster, or connect to the one that there is, and start Tune's loop.

        Raises:
            SearchError: nothing answers at the address.
        """
        if self.placement.address:
            connect(self.placement.address)
        else:
            start_local(self.slots * self.placement.resources.cpus, len(gpus()), memory())
        self._scratch = tempfile.TemporaryDirectory(prefix="fractalgen-", ignore_cleanup_errors=True)
        self._thread = threading.Thread(target=self._tune, name="tune", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Give Tune a job."""
        self._submit(replace(job, timeout=self.placement.timeout))

    def poll(self, on_epoch: OnEpoch) -> Outcome:
        """Wait for the next job to end.

        Raises:
            SearchError: the cluster went away.
        """
        while True:
            event = self._bridge.next_event()
            if isinstance(event, BaseException):
                raise SearchError(f"Ray stopped: {event}", "Start the same command again to go on.") from event
            if isinstance(event, tuple):
                self._bridge.answer(goes_on=on_epoch(*event))
            elif outcome := self._end(event):
                return outcome

    def close(self) -> None:
        """Leave Tune's loop, and end the cluster, or leave the one behind an address."""
        self._bridge.close()
        if self._thread is not None:
            self._thread.join(_LEAVE_SECONDS)
            self._thread = None
        if self._scratch is not None:
            import ray

            ray.shutdown()
            self._scratch.cleanup()
            self._scratch = None

    @staticmethod
    def _loggers(placement: Placement) -> list[Any]:
        import_ray(placement.address)
        from fractalgen.search.executors._callbacks import make_callback

        return [make_callback(name, options, placement.logs) for name, options in placement.callbacks]

    def _submit(self, job: Job) -> None:
        self._jobs[job.number] = job
        self._bridge.submit(job)

    def _end(self, outcome: Outcome) -> Outcome | None:
        """Return the outcome of a job, unless it is run again."""
        job = self._jobs.pop(outcome.number)
        again = self._retries.next(job, outcome.result)
        if again is None:
            return Outcome(job.number, self._retries.end(job, outcome.result))
        self._submit(again)
        return None

    def _tune(self) -> None:
        try:
            self._tuner().fit()
            self._bridge.post(SearchError("Tune has left its loop"))
        except Abandoned:
            return
        except Exception as error:  # noqa: BLE001 - the driver's thread raises it
            self._bridge.post(error)

    def _tuner(self) -> Any:
        from ray import tune

        from fractalgen.search.executors._tune import Asker, Guard, Relay, Worker

        asker = Asker(self._bridge)
        worker = tune.with_parameters(Worker, evaluation=self.evaluation)
        return tune.Tuner(
            tune.with_resources(worker, partial(_request, self.placement.resources)),
            tune_config=tune.TuneConfig(
                search_alg=asker,
                scheduler=Relay(asker),
                num_samples=-1,
                reuse_actors=True,
                trial_name_creator=_trial_id,
                trial_dirname_creator=_trial_id,
            ),
            run_config=tune.RunConfig(
                name="search",
                storage_path=self._scratch.name if self._scratch else None,
                verbose=0,
                callbacks=[Guard(self._bridge, asker), *self._loggers(self.placement)],
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                failure_config=tune.FailureConfig(max_failures=0),
            ),
        )


def _request(resources: Resources, config: dict[str, Any]) -> Any:
    """Return what Tune asks Ray for; a job that needs a whole GPU gets one."""
    from ray.tune import PlacementGroupFactory

    job = config.get("job")
    return PlacementGroupFactory([request(resources.whole() if job is not None and job.whole else resources)])


def _trial_id(trial: Any) -> str:
    return str(trial.trial_id)
