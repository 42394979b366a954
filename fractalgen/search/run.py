"""One search, from a spec to a leaderboard."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fractalgen.atomic import write_text
from fractalgen.errors import FractalGenError, Place, SearchError, SpecErrors
from fractalgen.run_files import SPEC
from fractalgen.search.attempt import evaluate
from fractalgen.search.budget import Budget
from fractalgen.search.candidate import FIGURES, Realize, realize, remembered
from fractalgen.search.check_names import check_names, read_pruner, read_sampler
from fractalgen.search.constraints import read_constraint
from fractalgen.search.driver import Driver, Plan
from fractalgen.search.evaluation import LATENCY, TrainEvaluation
from fractalgen.search.job import Evaluation, Job
from fractalgen.search.machines.placement import LOGS, placement_of
from fractalgen.search.machines.proposal import propose
from fractalgen.search.points.shortlist import read_shortlist
from fractalgen.search.points.starts import read_point, whole_point
from fractalgen.search.points.warm_start import WarmStart, read_warm_start
from fractalgen.search.preflight import Site, check_points, check_sampler, check_space, choose_site
from fractalgen.search.progress import Observer, Silent
from fractalgen.search.proxies.evaluation import score_one, with_proxies
from fractalgen.search.results.leaderboard import Leaderboard, Row
from fractalgen.search.results.leaderboard_file import LeaderboardFile
from fractalgen.search.results.run_folder import RunFolder
from fractalgen.search.samplers import Survey
from fractalgen.search.store.full_disk import full_disk, full_disk_is_said
from fractalgen.search.store.storage import Storage
from fractalgen.search.store.study import Published, Study, StudyOptions
from fractalgen.search.weight_sharing import SharedEvaluation, TrainAlone, shared_evaluation, train_shared
from fractalgen.spec.search import Search
from fractalgen.spec.tree import tree_of

if TYPE_CHECKING:
    from fractalgen.spec import Spec
    from fractalgen.spec.holes import Hole, Values


@dataclass(frozen=True)
class SearchOptions:
    """What a call may set over the `search:` part of the spec; None keeps the spec's value.

    Attributes:
        trials: How many trials the study ends with, those of earlier runs included.
        executor: Where trials run.
        workers: Trials at a time.
        address: HOST:PORT of a Ray cluster.
        seed: Of the sampler.
        data: The `Data` to train on.
        observer: Who watches.
        say: Is told in sentences, once, where trials will run.
        evaluation: What a trial does; training, unless something else is searched over.
        storage: The address of a PostgreSQL database that several drivers share; None for the run folder.
        warm_start: The folder of another run to begin with.
    """

    trials: int | None = None
    executor: str | None = None
    workers: int | None = None
    address: str | None = None
    seed: int | None = None
    data: Any = None
    observer: Observer = field(default_factory=Silent)
    say: Callable[[str], object] = lambda _: None
    evaluation: Evaluation = field(default_factory=TrainEvaluation)
    storage: str | None = None
    warm_start: Path | None = None


@dataclass(frozen=True)
class _Checked:
    """A search that was found to be possible."""

    plan: Plan
    study: StudyOptions
    site: Site


def run_search(spec: Spec, out: Path, options: SearchOptions = SearchOptions()) -> Leaderboard:
    """Search the holes of `spec`, or go on with the search in `out`; return the leaderboard.

    The folder `out` holds `spec.yaml lock.json study.db leaderboard.json trials/ best/`; the leaderboard can
    be read at any time.

    Raises:
        SpecError: `search:` names what there is not; then nothing was written.
        SearchError: the search is not possible, or the folder holds another one; then nothing was written.
    """
    folder = RunFolder(Path(out).absolute())
    folder.check()
    measuring = _measuring(spec.search or Search(), options.evaluation)
    options = replace(options, evaluation=with_proxies(measuring, spec.search or Search()))
    evaluation = shared_evaluation(spec, folder.path, options.evaluation, options.storage)
    checked = _check(spec, replace(options, evaluation=evaluation), folder)
    for line in (*checked.site.layout.lines, propose(folder.path)):
        if line:
            options.say(line)
    storage = Storage(folder.path, options.storage, spec.name)
    with storage.faults_are_said(), full_disk_is_said(folder.path), folder.owned():
        study = Study(folder.path, checked.study, storage)
        folder.start(spec.to_yaml(), {"seed": checked.plan.seed, **checked.study.signature})
        file = LeaderboardFile(folder.path, Leaderboard(spec.name, checked.study.objectives, checked.plan.target))
        plan = checked.plan
        if isinstance(evaluation, SharedEvaluation):
            evolved = train_shared(spec, plan, evaluation, checked.study.sampler, options.say)
            plan = replace(plan, warm=replace(plan.warm, points=(*evolved, *plan.warm.points)))
        board = Driver(study, plan, folder, file, options.observer).run(checked.site.make(evaluation))
        winner = _Winner(study, folder, checked.plan, options.evaluation)
        if isinstance(evaluation, SharedEvaluation):
            executor = partial(checked.site.make, options.evaluation)
            alone = TrainAlone(folder, winner.job, executor, options.observer, file)
            board = alone.best(board, evaluation.sharing.retrain)
        board = replace(winner.finish(board), ended=True)
        file.write(board)
    return board


def _check(spec: Spec, options: SearchOptions, folder: RunFolder) -> _Checked:
    """Refuse what cannot work, and fix what the search needs; writes nothing."""
    if problems := check_names(spec, options.evaluation.metrics):
        raise problems[0] if len(problems) == 1 else SpecErrors(problems)
    search = spec.search or Search()
    check_space(spec.space, spec.name)
    bounds = [
        read_constraint(name, tree_of(bound, Place()), None, options.evaluation.metrics)
        for name, bound in search.constraints.items()
    ]
    constraints = tuple(bound for bound in bounds if bound.metric in FIGURES)
    sampler = read_sampler(tree_of(search.sampler, Place()))
    check_sampler(sampler, spec.space)
    placement = placement_of(search, options.address, folder.path / LOGS)
    site = choose_site(search, placement, options.executor, options.workers)
    data = options.data or spec.data
    digest = options.evaluation.digest(data)
    seed = search.seed if options.seed is None else options.seed
    target = options.trials or search.most_trials or 0
    make = remembered(partial(realize, spec, data_digest=digest))
    sampler = sampler.prepare(Survey(spec.space, make, target, seed, constraints))
    most = sampler.most(spec.space)
    plan = Plan(
        space=spec.space,
        realize=make,
        constraints=constraints,
        target=target if most is None else min(target or most, most),
        seed=seed,
        data=data,
        threads=site.threads,
        budget=Budget(seconds=search.seconds, until=search.until),
        pruner=read_pruner(tree_of(search.pruner, Place())) if search.pruner else None,
        measured=tuple(bound for bound in bounds if bound.metric not in FIGURES),
    )
    check_points(spec.space, plan.realize, constraints, partial(_fit, spec, options.evaluation, data))
    plan = replace(plan, warm=_warm_start(spec, search, plan, options.warm_start, folder))
    if most is not None:
        # It comes to every point anyway, and has given each trial its own.
        plan = replace(plan, warm=replace(plan.warm, points=()))
    signature = _signature(spec, search, plan.realize, digest)
    shortlist = read_shortlist(search, make, constraints, partial(score_one, data, plan.threads))
    study = StudyOptions(search.objectives, spec.space, sampler, seed, signature, shortlist)
    return _Checked(plan, study, site)


def _fit(spec: Spec, evaluation: Evaluation, data: Any, point: Values) -> None:
    if isinstance(evaluation, TrainEvaluation):
        evaluation.check(spec.fill(point), data)


def _measuring(search: Search, evaluation: Evaluation) -> Evaluation:
    """Return the evaluation; one that trains measures the latency too, when something asks for it."""
    asked = {*search.constraints, *(objective.metric for objective in search.objectives)}
    if isinstance(evaluation, TrainEvaluation) and LATENCY in asked:
        return replace(evaluation, latency=True)
    return evaluation


def _warm_start(spec: Spec, search: Search, plan: Plan, other: Path | None, folder: RunFolder) -> WarmStart:
    """Return the points of the spec, and then what another run has to offer."""
    written = spec.tree.value["search"].value["start"].children() if search.start else ()
    points = [
        whole_point(spec.space, read_point(spec.space, tree), f"{plan.seed}:start:{index}")
        for index, tree in enumerate(written)
    ]
    if other is None:
        return WarmStart(tuple(points))
    if Path(other).absolute() == folder.path:
        raise SearchError(f"{str(other)!r} is the run itself", "It goes on where it stopped without --warm-start.")
    warm = read_warm_start(Path(other), spec.space, plan.realize, search.objectives)
    return replace(warm, points=(*points, *warm.points))


def _signature(spec: Spec, search: Search, realize: Realize, data_digest: str) -> dict[str, Any]:
    """Return what must stay the same while a study goes on; the first point stands for what is no hole."""
    try:
        fixed = realize(spec.space.first()).key
    except FractalGenError as error:
        fixed = str(error)
    return {
        "hole": {hole.name: _in_words(hole) for hole in spec.space.holes},
        "objective": {objective.metric: objective.direction for objective in search.objectives},
        "constraint": dict(search.constraints),
        "data": data_digest,
        "the network or recipe outside the holes": fixed,
        **({"weight sharing": search.weight_sharing.model_dump()} if search.weight_sharing is not None else {}),
    }


def _in_words(hole: Hole) -> str:
    range_ = ", ".join(hole.labels) if hole.kind == "choice" else f"{hole.low:g} to {hole.high:g}"
    step = f" step {hole.step}" if hole.step != 1 else ""
    under = "".join(f" under {name} in {list(indices)}" for name, indices in hole.under)
    return f"{hole.kind} {range_}{step}{' log' if hole.log else ''}{under}"


@dataclass(frozen=True)
class _Winner:
    """Where the best network is made, and of what."""

    study: Study
    folder: RunFolder
    plan: Plan
    evaluation: Evaluation

    def finish(self, board: Leaderboard) -> Leaderboard:
        """Publish the best network, unless it is published and whole; return the leaderboard with its accuracy."""
        best = board.best
        if best is None:
            return board
        known = self.study.published
        if not self._is_mine(best):
            return board.with_test_accuracy(known.accuracy if known and known.number == best.source else None)
        if known is None or known.number != best.source or not known.files.items() <= self.folder.best_files().items():
            known = self._publish(best)
            self.study.published = known
        return board.with_test_accuracy(known.accuracy)

    def _is_mine(self, best: Row) -> bool:
        """Whether this driver has the weights, or began with the run that had them; else another one publishes them."""
        taken = bool(best.taken_from) and best.key in self.plan.warm.taken
        return taken or not self.study.drivers.several or self.folder.holds(best)

    def job(self, number: int) -> Job:
        """Return the job of a trial, whose spec is written anew."""
        job = Job(number, self.folder.trial(number), self.plan.data, self.plan.threads)
        write_text(job.spec_file, self.plan.realize(self.study.point(number)).text)
        return job

    def _publish(self, row: Row) -> Published:
        """Make `best/` anew, and what was lost of the trial too."""
        shutil.rmtree(self.folder.best, ignore_errors=True)
        number = row.source
        there = self.folder.evaluated(row)
        if there != self.folder.trial(number):
            shutil.copytree(there, self.folder.trial(number), dirs_exist_ok=True)
        job = self.job(number)
        accuracy = self.evaluation.publish(job, self.folder.best)
        if accuracy is None and self.evaluation.keeps_weights:
            self._evaluate_again(job)
            accuracy = self.evaluation.publish(job, self.folder.best)
        write_text(self.folder.best / SPEC, job.spec_file.read_text(encoding="utf-8"))
        return Published(number, accuracy, self.folder.best_files())

    def _evaluate_again(self, job: Job) -> None:
        result = evaluate(self.evaluation, job, lambda _: True)
        if result.trouble == "disk":
            raise full_disk(job.folder)
        if result.failed:
            raise SearchError(
                f"the best network, trial {job.number}, cannot be trained again: {result.reason}",
                "The same command tries again.",
            )
