"""Our own parts of Ray Tune: it places and runs trials, and decides nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ray.tune import Callback, Trainable
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.search import Searcher

from fractalgen.search.executors._bridge import Bridge
from fractalgen.search.executors._steps import Steps
from fractalgen.search.job import EpochReport, Outcome, Result

_CRASHED = Result(reason="the worker process died", trouble="crash")


class Worker(Trainable):
    """An actor that evaluates one job after another; a step is an epoch."""

    def setup(self, config: dict[str, Any]) -> None:
        """Begin the first job."""
        self._steps = Steps(config["evaluation"], config["job"])

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin another job in the same process."""
        self._steps.abandon()
        self.setup(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Run an epoch, or to the end."""
        reports, result = self._steps.next()
        return {"reports": reports, "outcome": result, "done": result is not None}

    def cleanup(self) -> None:
        """End what runs."""
        self._steps.abandon()


@dataclass
class _Live:
    """A trial that runs."""

    number: int
    history: list[Mapping[str, float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def stopped(self) -> Result:
        """Return its result when the driver stopped it."""
        seconds = time.monotonic() - self.began
        return Result(self.history[-1], seconds=seconds, history=tuple(self.history), stopped=True)


class Asker(Searcher):
    """Gives Tune the driver's jobs, and the driver their outcomes.

    Tune pickles its searcher, scheduler and callbacks; ours hold locks, so they pickle as empty ones.
    """

    def __init__(self, bridge: Bridge | None = None, evaluation: Any = None) -> None:
        super().__init__()
        self._bridge = bridge or Bridge()
        self._evaluation = evaluation
        self._live: dict[str, _Live] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return (Asker, ())

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Return a job. Waits for one when nothing runs: Tune would sleep for whole seconds."""
        job = self._bridge.take(wait=not self._live)
        if job is None:
            return None
        self._live[trial_id] = _Live(job.number)
        return {"job": job, "evaluation": self._evaluation}

    def heard(self, trial_id: str, report: EpochReport) -> bool:
        """Report an epoch of a trial; return whether the driver lets it go on."""
        live = self._live[trial_id]
        live.history.append(report.metrics)
        return self._bridge.post((live.number, report))

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Report how a trial ended; a process that died leaves no result."""
        live = self._live.pop(trial_id, None)
        if live is None:
            return
        if error or result is None:
            self._bridge.post(Outcome(live.number, _CRASHED))
        else:
            self._bridge.post(Outcome(live.number, result.get("outcome") or live.stopped()))

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

    def __init__(self, bridge: Bridge | None = None, asker: Asker | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._bridge = bridge or Bridge()
        self._asker = asker or Asker()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Relay, ())

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:  # noqa: ARG002
        """Report the epoch of one step."""
        goes_on = all([self._asker.heard(trial.trial_id, report) for report in result["reports"]])
        return TrialScheduler.CONTINUE if goes_on else TrialScheduler.STOP

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

    def on_trial_error(self, tune_controller: Any, trial: Trial) -> None:
        """Do nothing: the searcher reports it."""

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
    """Leaves Tune's loop once the driver has closed."""

    def __init__(self, bridge: Bridge | None = None) -> None:
        self._bridge = bridge or Bridge()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Guard, ())

    def on_step_begin(self, iteration: int, trials: list[Trial], **info: Any) -> None:  # noqa: ARG002
        """Look whether the driver is still there."""
        self._bridge.check_open()
