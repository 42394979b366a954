"""The names in `search:` -> those that name nothing, without loading what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from fractalgen.errors import SpecError, SpecErrors, UnknownNameError
from fractalgen.registry import suggest
from fractalgen.search.candidate import FIGURES
from fractalgen.search.constraints import read_constraint
from fractalgen.search.evaluation import TrainEvaluation
from fractalgen.search.executors import EXECUTORS
from fractalgen.search.samplers import SAMPLERS, Sampler
from fractalgen.search.weight_sharing.evaluation import METRICS
from fractalgen.spec import Spec
from fractalgen.spec._model import read_model
from fractalgen.spec.tree import Tree


def check_names(spec: Spec, metrics: tuple[str, ...] = TrainEvaluation().metrics) -> tuple[SpecError, ...]:
    """Return what is wrong with the objectives, constraints, sampler and executor of a spec; nothing when all is well.

    Args:
        spec: The spec; one without `search:` is right.
        metrics: What a run reports besides the figures of the graph.
    """
    if spec.search is None:
        return ()
    if spec.search.weight_sharing is not None:
        metrics = tuple(name for name in metrics if name in METRICS)
    problems: list[SpecError] = []
    for check in _checks(spec.tree.value["search"], metrics):
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
    if not tree.is_map:
        return SAMPLERS.get(tree.value, tree.place)()
    ((name, options),) = tree.items()
    found = SAMPLERS.get(name, tree.key_place(name))
    return found() if options.value is None else read_model(found, options)


def _checks(section: Tree, metrics: tuple[str, ...]) -> Iterator[Callable[[], object]]:
    parts = dict(section.items())
    if "objectives" in parts:
        for objective in parts["objectives"].children():
            yield partial(_objective, objective.value["metric"], (*metrics, *FIGURES))
    if "constraints" in parts:
        for name, bound in parts["constraints"].items():
            yield partial(read_constraint, name, bound, parts["constraints"].key_place(name))
    if "sampler" in parts:
        yield partial(read_sampler, parts["sampler"])
    if "executor" in parts:
        yield partial(_executor, parts["executor"])


def _objective(metric: Tree, known: tuple[str, ...]) -> None:
    if metric.value not in known:
        raise UnknownNameError(f"no run reports {metric.value!r}", suggest(metric.value, known), metric.place)


def _executor(name: Tree) -> None:
    if name.value not in EXECUTORS:
        raise UnknownNameError(f"unknown executor {name.value!r}", suggest(name.value, EXECUTORS), name.place)
