"""The driver: the loop between the study and an executor."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from fractalgen.atomic import write_text
from fractalgen.errors import FractalGenError, SearchError
from fractalgen.registry import suggest
from fractalgen.search.budget import Budget, Meter
from fractalgen.search.cache import Cache
from fractalgen.search.candidate import Candidate, Realize, draw_point
from fractalgen.search.constraints import KNOWN_AT_ONCE, Constraint, violations
from fractalgen.search.elsewhere import Elsewhere
from fractalgen.search.executors import Executor
from fractalgen.search.job import EpochReport, Job, Outcome, Result
from fractalgen.search.points.warm_start import WarmStart
from fractalgen.search.progress import Observer
from fractalgen.search.pruners import Pruner
from fractalgen.search.results.leaderboard import Leaderboard, Row
from fractalgen.search.results.leaderboard_file import LeaderboardFile
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.search.rungs import Rungs
from fractalgen.search.store.full_disk import full_disk
from fractalgen.search.store.study import Ask, Study
from fractalgen.spec.holes import Space, Values

_REPEATS_BEFORE_MOVE = 2
_MOVE_DRAWS = 64
_FAILURES_BEFORE_STOP = 3
_GLANCE_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """What a driver works with.

    Attributes:
        space: The holes.
        realize: Makes a network of a point.
        constraints: Checked before training.
        target: The number of trials to end with; 0 for no bound.
        seed: Of the search.
        data: The `Data` that jobs train on.
        threads: CPU threads a job.
        budget: What else ends the search.
        pruner: What stops trials early, if anything does.
        measured: Constraints on figures of the run.
        warm: What it begins with.
    """

    space: Space
    realize: Realize
    constraints: tuple[Constraint, ...]
    target: int
    seed: int
    data: Any
    threads: int
    budget: Budget = field(default_factory=Budget)
    pruner: Pruner | None = None
    measured: tuple[Constraint, ...] = ()
    warm: WarmStart = field(default_factory=WarmStart)


class Driver:
    """Runs one search: asks, checks, submits, tells.

    Args:
        study: The truth; nobody else writes it.
        plan: What to do.
        folder: Where trials are written.
        file: The leaderboard so far, and where it is written.
        observer: Who watches.
    """

    def __init__(self, study: Study, plan: Plan, folder: RunFolder, file: LeaderboardFile, observer: Observer) -> None:
        self.study = study
        self.plan = plan
        self.folder = folder
        self.observer = observer
        self._file = file
        self._cache = Cache(done=study.keys())
        self._meter = Meter(replace(plan.budget, trials=plan.target), study.seconds)
        self._rungs = None if plan.pruner is None else Rungs(plan.pruner, file.board.objectives, study.stands())
        self._running: dict[int, Candidate] = {}
        self._orphans: list[Ask] = []
        self._elsewhere = Elsewhere()
        self._others_run = False
        self._evaluated = 0
        self._failures: list[str] = []

    @property
    def board(self) -> Leaderboard:
        """The leaderboard so far."""
        return self._file.board

    def run(self, executor: Executor) -> Leaderboard:
        """Go on until the budget is spent; return the leaderboard.

        Raises:
            SearchError: the first evaluations failed, all of them.
        """
        with self.study.drivers.turn():
            self._orphans = self.study.orphans()
            self.study.begin_with(self.plan.warm.points)
        board = replace(self.board, trials=self.study.rows())
        self._meter.see(board.trials, board)
        self.observer.search_started(board, executor.slots)
        if not self._meter.allows(len(board.trials)):
            # The file stays: it may say more than the study, as of a search that has ended.
            self.study.release(self._meter.seconds)
            return board
        self._file.write(board)
        try:
            executor.start()
            self._work(executor)
        except BaseException:
            with suppress(OSError):
                self._file.write(self.board)
            raise
        finally:
            self.study.release(self._meter.seconds)
            executor.close()
        self._file.write(self.board)
        return self.board

    def _on_epoch(self, number: int, report: EpochReport) -> bool:
        """Pass on an epoch; return whether its trial goes on."""
        self.observer.epoch_finished(number, report)
        self._file.offer(self.board)
        candidate = self._running[number]
        if _broken({**candidate.figures, **report.metrics}, self._known_at_once):
            return False
        if self._rungs is None:
            return True
        stand = self._rungs.judge(number, report, candidate.figures)
        if stand is not None:
            self.study.note(number, stand)
        return self._rungs.stopped(number) is None

    @property
    def _known_at_once(self) -> tuple[Constraint, ...]:
        return tuple(bound for bound in self.plan.measured if bound.metric in KNOWN_AT_ONCE)

    def _work(self, executor: Executor) -> None:
        """Go on until nothing runs, here or with another driver, whose trials this one takes over if it dies."""
        while True:
            self._fill(executor)
            if self._running:
                self._receive(executor.poll(self._on_epoch))
            elif self._others_run:
                time.sleep(_GLANCE_SECONDS)
            else:
                return

    def _hear_others(self) -> None:
        """Take over what dead drivers left, note what living ones have finished, and answer twins of that."""
        if not self.study.drivers.several:
            return
        # Before the news is heard: what finishes meanwhile is no longer among it.
        self._others_run = bool(self.study.elsewhere)
        self._orphans += self.study.orphans()
        self._cache.done.update(self.study.keys())
        if self._rungs is not None:
            self._rungs.learn(self.study.stands())
        known = {row.number for row in self.board.trials}
        for row in self.study.rows():
            if row.number not in known:
                self._told(row.number)
        for twin, candidate in self._elsewhere.answered({row.number for row in self.board.trials}):
            if candidate.key in self._cache.done:
                self._repeat(twin.number, candidate)
            else:
                self._orphans.append(twin)

    def _evaluated_elsewhere(self, key: str) -> int | None:
        """Return the trial of another driver that evaluates `key`; what is finished is noted, or it could slip by."""
        other = self.study.claimed(key)
        if other is None and self.study.drivers.several:
            self._cache.done.update(self.study.keys())
        return other

    def _fill(self, executor: Executor) -> None:
        while len(self._running) < executor.slots:
            with self.study.drivers.turn():
                self._hear_others()
                if not self._meter.allows(self.study.begun - len(self._orphans)):
                    return
                job = self._begin(self._orphans.pop(0) if self._orphans else self._ask())
            if job is not None:
                executor.submit(job)

    def _ask(self) -> Ask:
        repeats = self._cache.waiters
        for row in reversed(self.board.trials):
            if not row.cached:
                break
            repeats += 1
        return self.study.ask(self._new_network() if repeats >= _REPEATS_BEFORE_MOVE else None)

    def _new_network(self) -> Values | None:
        """Return a random point whose network is new, when a few draws find one."""
        draw = random.Random(f"{self.plan.seed}:{len(self.board.trials)}")  # noqa: S311 - no secret
        for _ in range(_MOVE_DRAWS):
            values = draw_point(self.plan.space, draw)
            try:
                candidate = self.plan.realize(values)
            except FractalGenError:
                continue
            if not self._cache.knows(candidate.key) and not violations(candidate.figures, self.plan.constraints):
                return values
        return None

    def _begin(self, ask: Ask) -> Job | None:
        """Return the job of a trial; None when it is answered, refused, or waits for its twin."""
        try:
            candidate = self.plan.realize(ask.values)
        except FractalGenError as error:
            self.study.prune(ask.number, str(error))
            self._told(ask.number)
            return None
        if broken := violations(candidate.figures, self.plan.constraints):
            record = _record(candidate, candidate.figures)
            self.study.prune(ask.number, _in_words(broken), sum(broken.values()), record)
            self._told(ask.number)
            return None
        other = self._evaluated_elsewhere(candidate.key)
        if candidate.key in self._cache.done:
            self._repeat(ask.number, candidate)
            return None
        if other is not None:
            self._elsewhere.wait(other, ask, candidate)
            return None
        if candidate.key in self._cache.running:
            self._cache.wait(candidate.key, ask.number)
            return None
        if candidate.key in self.plan.warm.taken:
            self._take_over(ask.number, candidate, self.plan.warm.taken[candidate.key])
            return None
        return self._start(ask, candidate)

    def _start(self, ask: Ask, candidate: Candidate) -> Job | None:
        self._cache.start(candidate.key, ask.number)
        self.study.claim(ask.number, candidate.key)
        self._running[ask.number] = candidate
        labels = self.plan.space.labels(ask.values)
        job = Job(ask.number, self.folder.trial(ask.number), self.plan.data, self.plan.threads, labels=labels)
        known = self.folder.take(job.number, candidate.key)
        if known is not None:
            # The evaluation had ended when the driver was killed, and only the study did not know.
            self._receive(Outcome(ask.number, Result(**known)))
            return None
        write_text(job.spec_file, candidate.text)
        self.observer.trial_started(ask.number, labels)
        return job

    def _receive(self, outcome: Outcome) -> None:
        if outcome.result.trouble == "disk":
            raise full_disk(self.folder.trial(outcome.number))
        number, result = outcome.number, _checked(outcome.result)
        candidate = self._running[number]
        self._check_objectives({**candidate.figures, **result.metrics}, result)
        self.folder.keep(number, asdict(result))
        self._tell(number, candidate, result)
        del self._running[number]
        twins = self._cache.finish(candidate.key, number)
        self._told(number)
        for twin in twins:
            self._repeat(twin, candidate)
        self._stop_when_all_fail(result)

    def _tell(self, number: int, candidate: Candidate, result: Result) -> None:
        figures = {**candidate.figures, **result.metrics}
        record = {
            **_record(candidate, figures),
            "evaluated": True,
            "seconds": result.seconds,
            "epochs": len(result.history),
            "guards": dict(result.guards),
            "mishaps": list(result.mishaps),
            "peak_memory": result.peak_memory,
            "spent": self._meter.seconds,
        }
        broken = _broken(figures, self._known_at_once if result.stopped else self.plan.measured)
        if result.failed:
            self.study.prune(number, result.reason, 1.0, record)
        elif broken:
            self.study.prune(number, _in_words(broken), sum(broken.values()), record)
        elif result.stopped:
            self._tell_stopped(number, record)
        else:
            self.study.complete(number, figures, record)

    def _tell_stopped(self, number: int, record: Mapping[str, Any]) -> None:
        stand = None if self._rungs is None else self._rungs.stopped(number)
        reason = "stopped early" if stand is None else f"stopped at {stand}"
        self.study.stop(number, reason, {**record, "rung": None if stand is None else stand.rung})

    def _check_objectives(self, figures: Mapping[str, float], result: Result) -> None:
        for objective in self.board.objectives:
            if objective.metric not in figures and not (result.failed or result.stopped):
                raise SearchError(f"no run reports {objective.metric!r}", suggest(objective.metric, figures))

    def _repeat(self, number: int, candidate: Candidate) -> None:
        source = self.study.row(self._cache.done[candidate.key])
        known = {"source": source.number, "taken_from": source.taken_from, "guards": dict(source.guards)}
        record = _record(candidate, source.metrics, cached=True, **known)
        if source.complete:
            self.study.complete(number, source.values, record)
        elif source.stopped:
            self.study.stop(number, source.reason, {**record, "rung": source.rung}, source.number)
        else:
            self.study.prune(number, source.reason, 1.0, record)
        self._told(number)

    def _take_over(self, number: int, candidate: Candidate, row: Row) -> None:
        """Tell the values that another run has found; the networks are the same."""
        figures = {**row.metrics, **candidate.figures}
        record = _record(candidate, figures, evaluated=True, taken_from=row.taken_from, guards=dict(row.guards))
        if broken := _broken(figures, self.plan.measured):
            self.study.prune(number, _in_words(broken), sum(broken.values()), record)
        else:
            self.study.complete(number, figures, record)
        self._cache.done[candidate.key] = number
        self._told(number)

    def _told(self, number: int) -> None:
        row = self.study.row(number)
        board = self.board.add(row)
        self._meter.see([row], board)
        self._file.offer(board)
        self.observer.trial_finished(row, self.board)

    def _stop_when_all_fail(self, result: Result) -> None:
        self._evaluated += 1
        if result.failed:
            self._failures.append(result.reason)
        if len(self._failures) == self._evaluated == _FAILURES_BEFORE_STOP:
            raise SearchError(
                f"the first {_FAILURES_BEFORE_STOP} evaluations failed: {self._failures[0].rstrip('.')}",
                "Train one point alone with `fractalgen train` to see more, then search in another --out.",
            )


def _record(candidate: Candidate, metrics: Mapping[str, float], **extra: Any) -> dict[str, Any]:
    return {"fingerprint": candidate.fingerprint, "key": candidate.key, "metrics": dict(metrics), **extra}


def _broken(figures: Mapping[str, float], bounds: tuple[Constraint, ...]) -> dict[Constraint, float]:
    return violations(figures, tuple(bound for bound in bounds if bound.metric in figures))


def _in_words(broken: Mapping[Constraint, float]) -> str:
    return ", ".join(f"{bound} does not hold" for bound in broken)


def _checked(result: Result) -> Result:
    """Return the result, or a failed one when a figure is no number, which Optuna does not take."""
    broken = next((name for name, value in result.metrics.items() if not math.isfinite(value)), "")
    if not broken:
        return result
    return Result(reason=f"{broken} is {result.metrics[broken]}", seconds=result.seconds, history=result.history)
