"""The names in `search:` -> those that name nothing, without loading what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from fractalgen.errors import ParameterError, SpecError, SpecErrors, UnknownNameError
from fractalgen.registry import Registry, suggest
from fractalgen.search.callbacks import CALLBACKS
from fractalgen.search.candidate import FIGURES
from fractalgen.search.constraints import read_constraint
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.search.executors import EXECUTORS
from fractalgen.search.points.starts import read_point
from fractalgen.search.proxies import PROXIES
from fractalgen.search.pruners import PRUNERS, Pruner
from fractalgen.search.samplers import SAMPLERS, Sampler
from fractalgen.search.weight_sharing.evaluation import METRICS
from fractalgen.spec import Spec
from fractalgen.spec._model import M, read_model
from fractalgen.spec.task import MEASURES
from fractalgen.spec.tree import Tree


def check_names(spec: Spec, metrics: tuple[str, ...] = TrainEvaluation(latency=True).metrics) -> tuple[SpecError, ...]:
    """Return what is wrong with the names in the `search:` part of a spec; nothing when all is well.

    Args:
        spec: The spec; one without `search:` is right.
        metrics: What a run reports besides the figures of the graph.
    """
    if spec.search is None:
        return ()
    if spec.search.weight_sharing is not None:
        metrics = tuple(name for name in metrics if name in METRICS)
    elif "val_accuracy" in metrics:
        metrics = (*metrics, *(f"val_{name}" for name in MEASURES[_task(spec)]))
    problems: list[SpecError] = []
    for check in _checks(spec, spec.tree.value["search"], metrics):
        try:
            check()
        except SpecErrors as error:
            problems += error.errors
        except SpecError as error:
            problems.append(error)
    return tuple(problems)


def read_sampler(tree: Tree) -> Sampler:
    """Return the sampler that a spec names, alone or as one key with its options.

    Raises:
        SpecError: an unknown sampler, or options that it does not take.
    """
    return _read(SAMPLERS, tree)


def read_pruner(tree: Tree) -> Pruner:
    """Return the pruner that a spec names, alone or as one key with its options.

    Raises:
        SpecError: an unknown pruner, or options that it does not take.
    """
    return _read(PRUNERS, tree)


def _read(known: Registry[type[M]], tree: Tree) -> M:
    if not tree.is_map:
        return known.get(tree.value, tree.place)()
    ((name, options),) = tree.items()
    found = known.get(name, tree.key_place(name))
    return found() if options.value is None else read_model(found, options)


def _checks(spec: Spec, section: Tree, metrics: tuple[str, ...]) -> Iterator[Callable[[], object]]:
    parts = dict(section.items())
    goals = [goal.metric for goal in spec.search.objectives] if spec.search else []
    yield from _checks_of_figures(parts, metrics, goals)
    for key, scores in _scores(parts):
        yield partial(_scores_task, key, scores, _task(spec))
    if "start" in parts:
        for point in parts["start"].children():
            yield partial(read_point, spec.space, point)
    if "sampler" in parts:
        yield partial(read_sampler, parts["sampler"])
    if "filter" in parts:
        yield partial(_filter, parts["filter"], parts.get("sampler"))
    if "executor" in parts:
        yield partial(_executor, parts["executor"])
    if "callbacks" in parts:
        for callback in parts["callbacks"].children():
            yield partial(_callback, callback)


def _scores(parts: Mapping[str, Tree]) -> Iterator[tuple[str, Tree]]:
    """Yield the names and places of what scores classifiers alone."""
    for key in ("filter", "weight_sharing"):
        if key in parts:
            yield key, parts[key]
    if "objectives" in parts:
        metrics = (objective.value["metric"] for objective in parts["objectives"].children())
        yield from ((metric.value, metric) for metric in metrics if metric.value in PROXIES)


def _checks_of_figures(
    parts: Mapping[str, Tree], metrics: tuple[str, ...], goals: list[str]
) -> Iterator[Callable[[], object]]:
    if "objectives" in parts:
        for objective in parts["objectives"].children():
            yield partial(_objective, objective.value["metric"], (*metrics, *FIGURES, *PROXIES))
    if "constraints" in parts:
        for name, bound in parts["constraints"].items():
            yield partial(read_constraint, name, bound, parts["constraints"].key_place(name), metrics)
    if "pruner" in parts and parts["pruner"].value:
        yield partial(read_pruner, parts["pruner"])
        yield partial(_ranks_runs, parts["pruner"], goals)
    if "until" in parts:
        for name in parts["until"].value:
            yield partial(_is_objective, name, goals, parts["until"])


def _ranks_runs(pruner: Tree, goals: list[str]) -> None:
    if all(goal in FIGURES or goal in PROXIES for goal in goals):
        hint = "Add an objective that is known after each epoch, such as val_accuracy."
        raise ParameterError("a pruner ranks runs, and all objectives are known before training", hint, pruner.place)


def _is_objective(name: str, goals: list[str], until: Tree) -> None:
    if name not in goals:
        raise UnknownNameError(f"{name!r} is no objective", suggest(name, goals), until.key_place(name))


def _objective(metric: Tree, known: tuple[str, ...]) -> None:
    if metric.value not in known:
        raise UnknownNameError(f"no run reports {metric.value!r}", suggest(metric.value, known), metric.place)


def _task(spec: Spec) -> str:
    return spec.first().train.task.name


def _scores_task(key: str, section: Tree, task: str) -> None:
    if task != "classification":
        raise ParameterError(f"{key} scores classifiers, and the task is {task}", "Leave it out.", section.place)


def _filter(section: Tree, sampler: Tree | None) -> None:
    for name in section.value:
        if name not in PROXIES:
            raise UnknownNameError(f"unknown proxy {name!r}", suggest(name, PROXIES), section.key_place(name))
    if sampler is not None and "grid" in (sampler.value if sampler.is_map else (sampler.value,)):
        hint = "Take another sampler, such as random."
        raise ParameterError("a grid tries every network, so that nothing is left to filter", hint, section.place)
    options = [each for _, each in sampler.items() if each.is_map] if sampler is not None and sampler.is_map else []
    if any("order" in each.value for each in options):
        message = "a sampler with an order tries all that it draws, so that nothing is left to filter"
        raise ParameterError(message, "Take out `filter`, or the sampler's `order`.", section.place)


def _executor(name: Tree) -> None:
    if name.value not in EXECUTORS:
        raise UnknownNameError(f"unknown executor {name.value!r}", suggest(name.value, EXECUTORS), name.place)


def _callback(named: Tree) -> None:
    name = next(iter(named.value)) if named.is_map else named.value
    if name not in CALLBACKS:
        raise UnknownNameError(f"unknown callback {name!r}", suggest(name, CALLBACKS), named.place)
