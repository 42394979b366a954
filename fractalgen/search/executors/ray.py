"""Ray Tune on a local cluster, one actor a worker."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from typing import Any

from fractalgen.errors import MissingDependencyError, SearchError
from fractalgen.search.executors._base import Executor
from fractalgen.search.executors._bridge import Abandoned, Bridge
from fractalgen.search.job import Evaluation, Job, OnEpoch, Outcome

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # Off, Ray takes the loopback address for its node on any system; nothing outside can connect.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_AUTO_INIT": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    # The study is the truth, so that Tune's own snapshots are of no use.
    "TUNE_GLOBAL_CHECKPOINT_S": "1e9",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "1e9",
}
_LEAVE_SECONDS = 2.0


class Ray(Executor):
    """Runs jobs in actors that are used again, so that torch is imported once a worker.

    Tune's loop runs in a thread of its own. A worker that crashed is a failed
    result, and the next job gets a new one.
    """

    def __init__(self, evaluation: Evaluation, workers: int) -> None:
        super().__init__(evaluation, workers)
        self._bridge = Bridge()
        self._thread: threading.Thread | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def default_workers(cls, cores: int) -> int:
        """Return one worker a core."""
        return cores

    def start(self) -> None:
        """Start the local cluster, which listens on the loopback address alone, and Tune's loop."""
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            import ray
        except ImportError:
            raise MissingDependencyError("ray is not installed", "Install it with: pip install 'ray[tune]'") from None
        if ray.is_initialized():
            raise SearchError("this process already uses a Ray cluster", "Call ray.shutdown() first.")
        self._scratch = tempfile.TemporaryDirectory(prefix="fractalgen-", ignore_cleanup_errors=True)
        ray.init(
            address="local",
            num_cpus=self.slots,
            num_gpus=0,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
        self._thread = threading.Thread(target=self._tune, name="tune", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Give Tune a job."""
        self._bridge.submit(job)

    def poll(self, on_epoch: OnEpoch) -> Outcome:
        """Wait for the next job to end.

        Raises:
            SearchError: the cluster went away.
        """
        while True:
            event = self._bridge.next_event()
            if isinstance(event, Outcome):
                return event
            if isinstance(event, BaseException):
                raise SearchError(f"Ray stopped: {event}", "Start the same command again to go on.") from event
            self._bridge.answer(goes_on=on_epoch(*event))

    def close(self) -> None:
        """Leave Tune's loop and end the cluster with all its processes."""
        self._bridge.close()
        if self._thread is not None:
            self._thread.join(_LEAVE_SECONDS)
            self._thread = None
        if self._scratch is not None:
            import ray

            ray.shutdown()
            self._scratch.cleanup()
            self._scratch = None

    def _tune(self) -> None:
        try:
            self._tuner().fit()
        except Abandoned:
            return
        except Exception as error:  # noqa: BLE001 - the driver's thread raises it
            self._bridge.post(error)

    def _tuner(self) -> Any:
        from ray import tune

        from fractalgen.search.executors._tune import Asker, Guard, Relay, Worker

        asker = Asker(self._bridge, self.evaluation)
        return tune.Tuner(
            tune.with_resources(Worker, {"cpu": 1}),
            tune_config=tune.TuneConfig(
                search_alg=asker,
                scheduler=Relay(self._bridge, asker),
                num_samples=-1,
                reuse_actors=True,
                trial_name_creator=_trial_id,
                trial_dirname_creator=_trial_id,
            ),
            run_config=tune.RunConfig(
                name="search",
                storage_path=self._scratch.name if self._scratch else None,
                verbose=0,
                callbacks=[Guard(self._bridge)],
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                failure_config=tune.FailureConfig(max_failures=0),
            ),
        )


def _trial_id(trial: Any) -> str:
    return str(trial.trial_id)
