"""The study: the only truth of a search, kept in SQLite by Optuna and written by the driver alone.

A trial that is RUNNING when the study is opened belongs to a driver that was killed. It keeps its number and
its folder and is given out again, so that its checkpoint is of use; after two such rounds it is pruned, as it
may be what kills the driver. One that was killed before it had a point is the next that is asked for.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fractalgen.errors import SearchError
from fractalgen.search.points.shortlist import Shortlist
from fractalgen.search.results.leaderboard import Row
from fractalgen.search.rungs import Stand, read_stand
from fractalgen.search.samplers import Sampler
from fractalgen.search.store.signature import difference_of
from fractalgen.search.store.storage import Storage
from fractalgen.spec.search import Objective

if TYPE_CHECKING:
    import optuna

    from fractalgen.spec.holes import Space, Values

_REQUEUES = 2
_MARK = "signature"
_OWNER = "driver"
_CLAIM = "evaluates"
_PROXIES = "proxies"
_STANDS = "rungs"
_SPENT = "spent"
_START = "start"


@dataclass(frozen=True)
class Ask:
    """A trial that waits for the values of its point."""

    number: int
    values: Values


@dataclass(frozen=True)
class Published:
    """The network in `best/`.

    Attributes:
        number: The trial that it is of.
        accuracy: On the test images, if they were read.
        files: What was written, each with its digest.
    """

    number: int
    accuracy: float | None
    files: Mapping[str, str]


@dataclass(frozen=True)
class StudyOptions:
    """What a study needs to know.

    Attributes:
        objectives: The main one first.
        space: What the sampler chooses from.
        sampler: How it chooses.
        seed: Of the search.
        signature: What must stay the same for scores to be comparable, as plain data.
        shortlist: Which of several points become trials; all of them when there is none.
    """

    objectives: tuple[Objective, ...]
    space: Space
    sampler: Sampler
    seed: int
    signature: Mapping[str, Any]
    shortlist: Shortlist | None = None


class Study:
    """Asks and tells.

    Args:
        folder: The run folder, which must exist; the study is made in it or taken up again.
        options: See `StudyOptions`.
        storage: Where it is kept instead.

    Raises:
        SearchError: the folder's study searches something else, or its file cannot be read.
    """

    def __init__(self, folder: Path, options: StudyOptions, storage: Storage | None = None) -> None:
        self._options = options
        self._storage = storage or Storage(folder)
        self.drivers = self._storage.drivers
        self._trials: dict[int, optuna.trial.Trial] = {}
        self._begun: list[optuna.trial.FrozenTrial] = []
        with self.drivers.turn():
            self._study = self._storage.open(options.objectives)
            self._sign()

    def _sign(self) -> None:
        """Note what the study searches, or compare it with what was noted."""
        options = self._options
        known = self._study.user_attrs.get(_MARK)
        if known is None:
            self._study.set_user_attr(_MARK, dict(options.signature))
            self._name_metrics()
        elif difference := difference_of(known, dict(options.signature)):
            raise SearchError(
                f"the study {self._storage} searches something else: {difference}",
                "Give another --out, or the spec that the study was started with.",
            )

    def _name_metrics(self) -> None:
        """Let programs that are made for Optuna's studies show the names of the objectives."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._study.set_metric_names([objective.metric for objective in self._options.objectives])

    def ask(self, values: Values | None = None) -> Ask:
        """Start a trial at the point that the sampler chooses, or at `values`."""
        from fractalgen.search.points import point

        begun = self._begun.pop(0) if self._begun else None
        self._seed(len(self._study.get_trials(deepcopy=False)) if begun is None else begun.number)
        trial = self._study.ask() if begun is None else self._take_up(begun)
        self._own(trial)
        if point.KEY not in trial.user_attrs:
            trial.set_user_attr(point.KEY, dict(values or self._choose(trial)))
        return self._tell_point(trial)

    def begin_with(self, points: Iterable[Values]) -> None:
        """Let the next trials have these points, those that were begun with before left out."""
        from fractalgen.search.points import point

        marked = (trial.user_attrs for trial in self._study.get_trials(deepcopy=False))
        known = [attributes[point.KEY] for attributes in marked if _START in attributes]
        for values in map(dict, points):
            if values not in known:
                self._study.enqueue_trial({}, user_attrs={point.KEY: values, _START: True})
                known.append(values)

    def orphans(self) -> list[Ask]:
        """Take over the trials that a killed driver left running; prune those that were left too often.

        What a driver that lives is running stays with it. Call it in a turn.
        """
        from fractalgen.search.points import point

        asks = []
        self._begun = []
        for frozen in self._running():
            if self._is_anothers(frozen):
                continue
            left = int(frozen.user_attrs.get("left", 0))
            if point.KEY not in frozen.user_attrs:
                self._begun.append(frozen)
                continue
            trial = self._take_up(frozen)
            if left >= _REQUEUES:
                self._trials[frozen.number] = trial
                self.prune(frozen.number, f"the search was killed {left + 1} times while it ran")
                continue
            self._own(trial)
            trial.set_user_attr("left", left + 1)
            asks.append(self._tell_point(trial))
        return asks

    def release(self, seconds: float) -> None:
        """Note that what runs is left on purpose, which does not count against it, and how long the search took."""
        with suppress(SearchError):
            # The study may be what cannot be written.
            self._study.set_user_attr(_SPENT, seconds)
            for trial in self._trials.values():
                trial.set_user_attr("left", int(trial.user_attrs.get("left", 0)) - 1)

    def note(self, number: int, stand: Stand) -> None:
        """Keep how a trial did at a rung; the sampler learns its value there, where Optuna takes one."""
        trial = self._trials[number]
        self._report(trial, {stand.epoch: stand.values[0]})
        trial.set_user_attr(_STANDS, [*trial.user_attrs.get(_STANDS, ()), asdict(stand)])

    @property
    def seconds(self) -> float:
        """How long drivers have worked on the search, as far as it was noted: with each result, and at a stop."""
        records = (trial.user_attrs.get("record", {}) for trial in self._study.get_trials(deepcopy=False))
        return max([float(known.get(_SPENT, 0.0)) for known in (self._study.user_attrs, *records)])

    def stands(self) -> dict[int, list[Stand]]:
        """Return how each trial did at the rungs that it came to."""
        known = {trial.number: trial.user_attrs.get(_STANDS) for trial in self._study.get_trials(deepcopy=False)}
        return {number: [read_stand(stand) for stand in stands] for number, stands in known.items() if stands}

    def complete(self, number: int, values: Mapping[str, float], record: Mapping[str, Any]) -> None:
        """Tell the values of a trial, one for each objective, with what else is known of it."""
        trial = self._trials.pop(number)
        trial.set_user_attr("record", dict(record))
        self._study.tell(trial, [values[objective.metric] for objective in self._options.objectives])

    def prune(self, number: int, reason: str, violation: float = 1.0, record: Mapping[str, Any] | None = None) -> None:
        """Tell that a trial has no score; the sampler learns how infeasible its point is."""
        import optuna

        trial = self._trials.pop(number)
        trial.set_user_attr("record", {**(record or {}), "reason": reason})
        if not self._study.get_trials(deepcopy=False)[number].constraints:
            trial.set_constraint("feasible", violation)
        self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)

    def stop(self, number: int, reason: str, record: Mapping[str, Any], source: int | None = None) -> None:
        """Tell that a trial was stopped early; its point is feasible, and nothing worse is said of it.

        Args:
            number: The trial.
            reason: Where and why.
            record: What is known of it.
            source: The trial that it repeats, whose figures at the rungs count as its own.
        """
        import optuna

        trial = self._trials.pop(number)
        trial.set_user_attr("record", {**record, "reason": reason, "stopped": True})
        if source is not None:
            self._report(trial, self._study.get_trials(deepcopy=False)[source].intermediate_values)
        self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)

    @property
    def begun(self) -> int:
        """How many trials were asked for, by other drivers too, without those that have no point yet."""
        import optuna

        trials = self._study.get_trials(deepcopy=False)
        return sum(trial.state != optuna.trial.TrialState.WAITING for trial in trials) - len(self._begun)

    @property
    def elsewhere(self) -> list[int]:
        """Trials that other drivers run."""
        if not self.drivers.several:
            return []
        mine = {*self._trials, *(frozen.number for frozen in self._begun)}
        return [frozen.number for frozen in self._running() if frozen.number not in mine]

    def claim(self, number: int, key: str) -> None:
        """Let other drivers know what a trial evaluates."""
        if self.drivers.several:
            self._trials[number].set_user_attr(_CLAIM, key)

    def claimed(self, key: str) -> int | None:
        """Return the trial of another driver that evaluates `key`."""
        if not self.drivers.several:
            return None
        claims = (frozen for frozen in self._running() if frozen.number not in self._trials)
        return next((frozen.number for frozen in claims if frozen.user_attrs.get(_CLAIM) == key), None)

    def rows(self) -> tuple[Row, ...]:
        """Return every finished trial."""
        return tuple(self._row(trial) for trial in self._study.get_trials(deepcopy=False) if trial.state.is_finished())

    def keys(self) -> dict[str, int]:
        """Return cache key -> trial, for trials that were evaluated and are finished."""
        records = (
            (trial.number, trial.user_attrs.get("record", {}))
            for trial in self._study.get_trials(deepcopy=False)
            if trial.state.is_finished()
        )
        return {record["key"]: number for number, record in records if record.get("evaluated")}

    def row(self, number: int) -> Row:
        """Return one finished trial."""
        return self._row(self._study.get_trials(deepcopy=False)[number])

    def point(self, number: int) -> Values:
        """Return the point of a trial."""
        from fractalgen.search.points import point

        values: Values = self._study.get_trials(deepcopy=False)[number].user_attrs[point.KEY]
        return values

    @property
    def published(self) -> Published | None:
        """What was published last."""
        known = self._study.user_attrs.get("published")
        return None if known is None else Published(**known)

    @published.setter
    def published(self, value: Published) -> None:
        self._study.set_user_attr("published", asdict(value))

    def _report(self, trial: optuna.trial.Trial, values: Mapping[int, float]) -> None:
        if len(self._options.objectives) > 1:
            # Optuna takes no values by step where there are several objectives.
            return
        known = self._study.get_trials(deepcopy=False)[trial.number].intermediate_values
        for step, value in values.items():
            if step not in known:
                trial.report(value, step)

    def _choose(self, trial: optuna.trial.Trial) -> Values:
        from fractalgen.search.points import point

        if self._options.shortlist is None:
            return point.draw(trial, self._options.space)
        values, figures = self._options.shortlist.choose(self._study, trial.number, partial(self._draw, trial))
        trial.set_user_attr(_PROXIES, figures)
        return values

    def _draw(self, trial: optuna.trial.Trial, index: int) -> Values:
        from fractalgen.search.points import point

        self._seed(trial.number, f":{index}")
        # Optuna's object asks its sampler once and keeps the answer, so every draw takes a new one.
        return point.draw(self._take_up(trial), self._options.space)

    def _seed(self, number: int, draw: str = "") -> None:
        text = f"{self._options.seed}:{number}{draw}".encode()
        seed = int.from_bytes(hashlib.sha256(text).digest()[:4], "big")
        self._study.sampler = self._options.sampler.build(self._options.space, seed)

    def _running(self) -> list[optuna.trial.FrozenTrial]:
        import optuna

        return self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,))

    def _own(self, trial: optuna.trial.Trial) -> None:
        if self.drivers.several:
            trial.set_user_attr(_OWNER, self.drivers.name)

    def _is_anothers(self, frozen: optuna.trial.FrozenTrial) -> bool:
        """Whether this driver has it already, or another one that lives."""
        return frozen.number in self._trials or self.drivers.lives(frozen.user_attrs.get(_OWNER, ""))

    def _take_up(self, frozen: optuna.trial.FrozenTrial | optuna.trial.Trial) -> optuna.trial.Trial:
        import optuna

        # Optuna has no public way to take up a running trial again.
        return optuna.trial.Trial(self._study, frozen._trial_id)  # noqa: SLF001

    def _tell_point(self, trial: optuna.trial.Trial) -> Ask:
        from fractalgen.search.points import point

        self._trials[trial.number] = trial
        values = trial.user_attrs[point.KEY]
        point.tell(trial, self._options.space, values)
        return Ask(trial.number, values)

    def _row(self, trial: optuna.trial.FrozenTrial) -> Row:
        record = trial.user_attrs.get("record", {})
        names = [objective.metric for objective in self._options.objectives]
        # Optuna takes what was reported last for the value of a trial that was stopped early.
        values = trial.values if trial.state.name == "COMPLETE" else ()
        return Row(
            number=trial.number,
            state=trial.state.name.lower(),
            params=self._options.space.labels(trial.params),
            values=dict(zip(names, values, strict=bool(values))),
            metrics={**trial.user_attrs.get(_PROXIES, {}), **record.get("metrics", {})},
            fingerprint=record.get("fingerprint", ""),
            cached=record.get("cached", False),
            source=record.get("source", trial.number),
            seconds=record.get("seconds", 0.0),
            started=_since_1970(trial.datetime_start),
            finished=_since_1970(trial.datetime_complete),
            reason=record.get("reason", ""),
            guards=record.get("guards", {}),
            epochs=record.get("epochs", 0),
            stopped=record.get("stopped", False),
            rung=record.get("rung"),
            key=record.get("key", ""),
            taken_from=record.get("taken_from", ""),
        )


def _since_1970(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()
