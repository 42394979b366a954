"""Our own parts of Ray Tune: it places and runs trials, and decides nothing."""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayTaskError
from ray.tune import Callback, Trainable
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.search import Searcher

from fractalgen.search.attempt import late
from fractalgen.search.executors._bridge import Bridge
from fractalgen.search.executors._steps import Steps
from fractalgen.search.job import EpochReport, Job, Outcome, Result

_CREATION = "creation task"
"""In the words of Ray's error about an actor that failed before it could do anything."""
_CRASHED = Result(reason="the worker process died", trouble="crash")


class Worker(Trainable):
    """An actor that evaluates one job after another; a step is an epoch."""

    def setup(self, config: dict[str, Any], evaluation: Any = None) -> None:
        """Take the first job, which begins with the first step: a crash is that of a step."""
        self._evaluation, self._job = evaluation, config["job"]
        self._steps: Steps | None = None

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Take another job in the same process."""
        self.cleanup()
        self._job = new_config["job"]
        return True

    def step(self) -> dict[str, Any]:
        """Run an epoch, or to the end."""
        self._steps = self._steps or Steps(self._evaluation, self._job)
        reports, result = self._steps.next()
        figures = dict(result.metrics if result is not None else reports[-1].metrics)
        return {**figures, "reports": reports, "outcome": result, "done": result is not None}

    def cleanup(self) -> None:
        """End what runs."""
        if self._steps is not None:
            self._steps.abandon()
        self._steps = None


@dataclass
class _Live:
    """A trial that Tune has taken.

    Attributes:
        job: What it runs.
        trial: Tune's own record, once it runs.
        began: When it began to run.
        history: The figures of its epochs.
        end: How it ended, where no result of its own says so.
    """

    job: Job
    trial: Trial | None = None
    began: float = 0.0
    history: list[Mapping[str, float]] = field(default_factory=list)
    end: Result | None = None

    @property
    def is_late(self) -> bool:
        """Whether its time is up."""
        timeout = self.job.timeout
        return self.trial is not None and timeout is not None and time.monotonic() - self.began > timeout

    def facts(self) -> dict[str, Any]:
        """Return what is known of a trial that did not come to its own end."""
        return {"seconds": time.monotonic() - self.began if self.began else 0.0, "history": tuple(self.history)}


class Asker(Searcher):
    """Gives Tune the driver's jobs, and the driver their outcomes.

    Tune pickles its searcher, scheduler and callbacks; ours hold locks, so they pickle as empty ones.
    """

    def __init__(self, bridge: Bridge | None = None) -> None:
        super().__init__()
        self._bridge = bridge or Bridge()
        self._live: dict[str, _Live] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return (Asker, ())

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Return a job. Waits for one when nothing runs: Tune would sleep for whole seconds."""
        job = self._bridge.take(wait=not self._live)
        if job is None:
            return None
        self._live[trial_id] = _Live(job)
        return {**job.labels, "job": job}

    def began(self, trial: Trial) -> None:
        """Note that a trial runs."""
        live = self._live[trial.trial_id]
        live.trial, live.began = trial, time.monotonic()

    def heard(self, trial_id: str, report: EpochReport) -> bool:
        """Report an epoch of a trial; return whether the driver lets it go on."""
        live = self._live[trial_id]
        live.history.append(report.metrics)
        return self._bridge.post((live.job.number, report))

    def failed(self, trial: Trial) -> None:
        """Note why a trial has failed, which Tune does not tell a searcher."""
        live = self._live.get(trial.trial_id)
        if live is None or live.end is not None or trial.pickled_error_file is None:
            return
        error = pickle.loads(Path(trial.pickled_error_file).read_bytes())  # noqa: S301 - Tune has just written it
        if isinstance(error, RayTaskError) or _CREATION in str(error):
            cause = str(error).strip().splitlines()[-1]
            live.end = Result(reason=f"a worker could not be made: {cause}")

    def end_late(self) -> None:
        """Kill the workers of trials whose time is up."""
        for live in self._live.values():
            actor = live.trial and live.trial.temporary_state.ray_actor
            if live.is_late and live.end is None and actor:
                live.end = late(live.job.timeout or 0.0)
                ray.kill(actor)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Report how a trial ended; a process that died leaves no result."""
        live = self._live.pop(trial_id, None)
        if live is None:
            return
        if error or result is None:
            end = live.end or _CRASHED
            self._bridge.post(Outcome(live.job.number, Result(reason=end.reason, trouble=end.trouble, **live.facts())))
            return
        outcome = result.get("outcome") or Result(live.history[-1], stopped=True, **live.facts())
        self._bridge.post(Outcome(live.job.number, outcome))

    def save(self, checkpoint_path: str) -> None:
        """Do nothing: the study is the truth."""

    def restore(self, checkpoint_path: str) -> None:
        """Do nothing: the study is the truth."""

    def get_state(self) -> dict[str, Any]:
        """Return nothing: the study is the truth."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Do nothing: the study is the truth."""


class Relay(TrialScheduler):
    """Passes epochs on and stops the trials that the driver stops; the oldest runs first."""

    _supports_buffered_results = False

    def __init__(self, asker: Asker | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._asker = asker or Asker()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Relay, ())

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:  # noqa: ARG002
        """Report the epoch of one step."""
        (report,) = result["reports"]
        return TrialScheduler.CONTINUE if self._asker.heard(trial.trial_id, report) else TrialScheduler.STOP

    def on_trial_complete(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> None:  # noqa: ARG002
        """Report the epochs of the last step, unless it was stopped at it; the searcher reports the outcome."""
        if result.get("outcome") is not None:
            for report in result["reports"]:
                self._asker.heard(trial.trial_id, report)

    def choose_trial_to_run(self, tune_controller: Any) -> Trial | None:
        """Return the oldest trial that waits."""
        live = tune_controller.get_live_trials()
        return next((trial for trial in live if trial.status == Trial.PENDING), None)

    def on_trial_add(self, tune_controller: Any, trial: Trial) -> None:
        """Do nothing: the driver knows."""

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:  # noqa: ARG002
        """Keep the reason; the searcher reports it."""
        self._asker.failed(trial)

    def on_trial_remove(self, tune_controller: Any, trial: Trial) -> None:
        """Do nothing: the driver knows."""

    def debug_string(self) -> str:
        """Return what it is."""
        return "fractalgen"

    def save(self, checkpoint_path: str) -> None:
        """Do nothing: the study is the truth."""

    def restore(self, checkpoint_path: str) -> None:
        """Do nothing: the study is the truth."""


class Guard(Callback):
    """Keeps the time, and leaves Tune's loop once the driver has closed."""

    def __init__(self, bridge: Bridge | None = None, asker: Asker | None = None) -> None:
        self._bridge = bridge or Bridge()
        self._asker = asker or Asker()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Guard, ())

    def on_step_begin(self, iteration: int, trials: list[Trial], **info: Any) -> None:  # noqa: ARG002
        """Look whether the driver is still there, and whether some trial is late."""
        self._bridge.check_open()
        self._asker.end_late()

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:  # noqa: ARG002
        """Begin the time of a trial."""
        self._asker.began(trial)
