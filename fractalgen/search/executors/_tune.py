"""Our own parts of Ray Tune: it places and runs trials, and decides nothing."""

from __future__ import annotations

from typing import Any

from ray.tune import Callback, Trainable
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler
from ray.tune.search import Searcher

from fractalgen.search.executors._bridge import Bridge
from fractalgen.search.executors._steps import Steps
from fractalgen.search.job import Outcome, Result

_CRASHED = Result(reason="the worker process died")


class Worker(Trainable):
    """An actor that evaluates one job after another; a step passes on what is new."""

    def setup(self, config: dict[str, Any]) -> None:
        """Begin the first job."""
        self._steps = Steps(config["evaluation"], config["job"])

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin another job in the same process."""
        self._steps.abandon()
        self.setup(new_config)
        return True

    def step(self) -> dict[str, Any]:
        """Wait for at least one epoch, or for the end."""
        reports, result = self._steps.next()
        return {"reports": reports, "outcome": result, "done": result is not None}

    def cleanup(self) -> None:
        """End what runs."""
        self._steps.abandon()


class Asker(Searcher):
    """Gives Tune the driver's jobs, and the driver their outcomes.

    Tune pickles its searcher, scheduler and callbacks; ours hold locks, so they pickle as empty ones.
    """

    def __init__(self, bridge: Bridge | None = None, evaluation: Any = None) -> None:
        super().__init__()
        self._bridge = bridge or Bridge()
        self._evaluation = evaluation
        self._live: dict[str, int] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return (Asker, ())

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """Return a job. Waits for one when nothing runs: Tune would sleep for whole seconds."""
        job = self._bridge.take(wait=not self._live)
        if job is None:
            return None
        self._live[trial_id] = job.number
        return {"job": job, "evaluation": self._evaluation}

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Report how a trial ended; a process that died leaves no result."""
        number = self._live.pop(trial_id, None)
        if number is None:
            return
        outcome = None if error or result is None else result.get("outcome")
        self._bridge.post(Outcome(number, outcome or _CRASHED))

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
    """Passes epochs on and lets every trial run to its end, the oldest first."""

    _supports_buffered_results = False

    def __init__(self, bridge: Bridge | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._bridge = bridge or Bridge()

    def __reduce__(self) -> tuple[Any, ...]:
        return (Relay, ())

    def on_trial_result(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> str:  # noqa: ARG002
        """Report the epochs of one step."""
        for report in result["reports"]:
            self._bridge.post((trial.config["job"].number, report))
        return TrialScheduler.CONTINUE

    def on_trial_complete(self, tune_controller: Any, trial: Trial, result: dict[str, Any]) -> None:  # noqa: ARG002
        """Report the epochs of the last step; the searcher reports the outcome."""
        for report in result.get("reports", ()):
            self._bridge.post((trial.config["job"].number, report))

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
