"""The driver: the loop between the study and an executor."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from fractalgen.atomic import write_text
from fractalgen.errors import FractalGenError, SearchError
from fractalgen.search.cache import Cache
from fractalgen.search.candidate import Candidate, Realize, draw_point
from fractalgen.search.constraints import Constraint, violations
from fractalgen.search.executors import Executor
from fractalgen.search.full_disk import full_disk
from fractalgen.search.job import EpochReport, Job, Outcome, Result
from fractalgen.search.leaderboard import FILE, Leaderboard
from fractalgen.search.progress import Observer
from fractalgen.search.run_folder import RunFolder, write_json
from fractalgen.search.study import Ask, Study
from fractalgen.spec.holes import Space, Values

_REPEATS_BEFORE_MOVE = 2
_MOVE_DRAWS = 64
_FAILURES_BEFORE_STOP = 3


@dataclass(frozen=True)
class Plan:
    """What a driver works with.

    Attributes:
        space: The holes.
        realize: Makes a network of a point.
        constraints: Checked before training.
        target: The number of trials to end with.
        seed: Of the search.
        data: The `Data` that jobs train on.
        threads: CPU threads a job.
    """

    space: Space
    realize: Realize
    constraints: tuple[Constraint, ...]
    target: int
    seed: int
    data: Any
    threads: int


class Driver:
    """Runs one search: asks, checks, submits, tells.

    Args:
        study: The truth; nobody else writes it.
        plan: What to do.
        folder: Where trials and the leaderboard are written.
        board: The leaderboard so far.
        observer: Who watches.
    """

    def __init__(self, study: Study, plan: Plan, folder: RunFolder, board: Leaderboard, observer: Observer) -> None:
        self.study = study
        self.plan = plan
        self.folder = folder
        self.board = board
        self.observer = observer
        self._cache = Cache(done=study.keys())
        self._running: dict[int, Candidate] = {}
        self._orphans: list[Ask] = []
        self._evaluated = 0
        self._failures: list[str] = []

    def run(self, executor: Executor) -> Leaderboard:
        """Go on until the study holds the asked number of trials; return the leaderboard.

        Raises:
            SearchError: the first evaluations failed, all of them.
        """
        self._orphans = self.study.orphans()
        self.board = replace(self.board, trials=self.study.rows())
        self._publish()
        self.observer.search_started(self.board, executor.slots)
        if len(self.board.trials) >= self.plan.target:
            return self.board
        try:
            executor.start()
            self._fill(executor)
            while self._running:
                self._receive(executor.poll(self._on_epoch))
                self._fill(executor)
        except BaseException:
            self.study.release()
            raise
        finally:
            executor.close()
        return self.board

    def _fill(self, executor: Executor) -> None:
        while len(self._running) < executor.slots:
            begun = len(self.board.trials) + len(self._running) + self._cache.waiters
            if begun >= self.plan.target:
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
            reason = ", ".join(f"{bound} does not hold" for bound in broken)
            self.study.prune(ask.number, reason, sum(broken.values()), _record(candidate, candidate.figures))
            self._told(ask.number)
            return None
        if candidate.key in self._cache.done:
            self._repeat(ask.number, candidate)
            return None
        if candidate.key in self._cache.running:
            self._cache.wait(candidate.key, ask.number)
            return None
        return self._start(ask, candidate)

    def _start(self, ask: Ask, candidate: Candidate) -> Job | None:
        self._cache.start(candidate.key, ask.number)
        self._running[ask.number] = candidate
        job = Job(ask.number, self.folder.trial(ask.number), self.plan.data, self.plan.threads)
        known = self.folder.take(job.number, candidate.key)
        if known is not None:
            # The evaluation had ended when the driver was killed, and only the study did not know.
            self._receive(Outcome(ask.number, Result(**known)))
            return None
        write_text(job.spec_file, candidate.text)
        self.observer.trial_started(ask.number, self.plan.space.labels(ask.values))
        return job

    def _on_epoch(self, number: int, report: EpochReport) -> bool:
        self.observer.epoch_finished(number, report)
        return True

    def _receive(self, outcome: Outcome) -> None:
        if outcome.result.trouble == "disk":
            raise full_disk(self.folder.trial(outcome.number))
        number, result = outcome.number, _checked(outcome.result)
        candidate = self._running[number]
        self.folder.keep(number, asdict(result))
        extra = {"evaluated": True, "seconds": result.seconds, "guards": dict(result.guards)}
        if result.failed:
            self.study.prune(number, result.reason, 1.0, _record(candidate, candidate.figures, **extra))
        else:
            figures = {**candidate.figures, **result.metrics}
            self.study.complete(number, figures, _record(candidate, figures, **extra))
        del self._running[number]
        twins = self._cache.finish(candidate.key, number)
        self._told(number)
        for twin in twins:
            self._repeat(twin, candidate)
        self._stop_when_all_fail(result)

    def _repeat(self, number: int, candidate: Candidate) -> None:
        source = self.study.row(self._cache.done[candidate.key])
        record = _record(candidate, source.metrics, cached=True, source=source.number, guards=dict(source.guards))
        if source.complete:
            self.study.complete(number, source.values, record)
        else:
            self.study.prune(number, source.reason, 1.0, record)
        self._told(number)

    def _told(self, number: int) -> None:
        row = self.study.row(number)
        self.board = self.board.add(row)
        self._publish()
        self.observer.trial_finished(row, self.board)

    def _publish(self) -> None:
        write_json(self.folder.path / FILE, self.board.to_json())

    def _stop_when_all_fail(self, result: Result) -> None:
        self._evaluated += 1
        if result.failed:
            self._failures.append(result.reason)
        if len(self._failures) == self._evaluated == _FAILURES_BEFORE_STOP:
            raise SearchError(
                f"the first {_FAILURES_BEFORE_STOP} evaluations failed: {self._failures[0]}",
                "Train one point alone with `fractalgen train` to see more, then search in another --out.",
            )


def _record(candidate: Candidate, metrics: Mapping[str, float], **extra: Any) -> dict[str, Any]:
    return {"fingerprint": candidate.fingerprint, "key": candidate.key, "metrics": dict(metrics), **extra}


def _checked(result: Result) -> Result:
    """Return the result, or a failed one when a figure is no number, which Optuna does not take."""
    broken = next((name for name, value in result.metrics.items() if not math.isfinite(value)), "")
    if not broken:
        return result
    return Result(reason=f"{broken} is {result.metrics[broken]}", seconds=result.seconds, history=result.history)
