"""What a search over shared weights does before the ordinary one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fractalgen.errors import SearchError
from fractalgen.search.evaluation import TrainEvaluation, dataset_of
from fractalgen.search.job import Evaluation
from fractalgen.search.weight_sharing.evaluation import SharedEvaluation
from fractalgen.search.weight_sharing.paths import Paths
from fractalgen.search.weight_sharing.preflight import check_sharing

if TYPE_CHECKING:
    from fractalgen.compiler.supernet import WeightStore
    from fractalgen.search.driver import Plan
    from fractalgen.search.samplers import Sampler
    from fractalgen.spec import Spec
    from fractalgen.spec.holes import Values
    from fractalgen.spec.train import Train
    from fractalgen.spec.weight_sharing import WeightSharing

FOLDER = "supernet"
"""In the run folder: where the checkpoint of the shared weights is."""

Say = Callable[[str], object]


def shared_evaluation(spec: Spec, out: Path, alone: Evaluation, storage: str | None = None) -> Evaluation:
    """Return the evaluation of a search: by shared weights where the spec says so, else `alone`.

    Raises:
        SearchError: the space has a hole that shared weights cannot judge, the search would stop trials early, several
            drivers share its study in `storage`, or a population is to evolve without the sampler that says how.
    """
    search = spec.search
    if search is None or search.weight_sharing is None:
        return alone
    if storage is not None:
        message = "shared weights lie in one run folder, and --storage is for several"
        raise SearchError(message, "Leave --storage out, or take `weight_sharing` out of `search:`.")
    if search.pruner:
        message = (
            f"the pruner {next(iter(search.pruner))!r} has nothing to stop: with weight_sharing no trial is trained"
        )
        raise SearchError(message, "Take `pruner` out of `search:`.")
    if search.weight_sharing.population is not None and "genetic" not in search.sampler:
        message = f"a population evolves by the sampler 'genetic', and the sampler is {next(iter(search.sampler))!r}"
        raise SearchError(message, "Set sampler: genetic, or take `population` out of `weight_sharing:`.")
    check_sharing(spec)
    device = alone.device if isinstance(alone, TrainEvaluation) else "auto"
    return SharedEvaluation(alone, out / FOLDER, search.weight_sharing, device)


def train_shared(
    spec: Spec, plan: Plan, evaluation: SharedEvaluation, sampler: Sampler, say: Say
) -> tuple[Values, ...]:
    """Train the shared weights of a search, or go on with them; nothing is done where they are trained.

    Return the points that the search begins with: the networks that evolved with the weights, the fittest first.

    Args:
        spec: With holes.
        plan: Of the search.
        evaluation: Which needs the weights.
        sampler: Of the search.
        say: Is told of each epoch in a sentence.

    Raises:
        TrainError: the checkpoint is damaged or of other weights, or the data do not fit.
        DivergedError: the loss became NaN or infinite.
    """
    import torch

    from fractalgen.search.samplers.genetic import Genetic
    from fractalgen.search.weight_sharing.population import Population
    from fractalgen.search.weight_sharing.train import SupernetRun

    torch.set_num_threads(plan.threads)
    sharing = evaluation.sharing
    recipe = shared_recipe(spec.first().train, sharing)
    dataset = dataset_of(plan.data)
    paths = Paths(spec.space, plan.realize, plan.constraints, recipe.seed)
    population = None
    bounds = [str(bound) for bound in plan.constraints]
    owner = {"space": _digest(spec, bounds), "recipe": recipe.model_dump_json(), "data": dataset.digest}
    if sharing.population is not None and isinstance(sampler, Genetic):
        population = Population(paths, sampler, sharing.population.generations)
        owner["population"] = f"{sharing.population.model_dump_json()} {sampler.model_dump_json()}"
    run = SupernetRun(spec, recipe, dataset, paths, owner, evaluation.folder, evaluation.device)
    run = replace(run, population=population, images=sharing.images)
    run.train(_telling(say, recipe.epochs))
    return () if population is None else population.archive


def shared_recipe(recipe: Train, sharing: WeightSharing) -> Train:
    """Return how shared weights are trained: as the recipe says, with what `weight_sharing` sets over it.

    They have no moving average: the one of a weight would be over networks that used it and networks that did not.
    """
    changes = {"epochs": sharing.epochs, "lr": sharing.lr or recipe.lr, "grad_clip": sharing.grad_clip, "ema": None}
    return recipe.model_copy(update=changes)


def _digest(spec: Spec, bounds: list[str]) -> str:
    plain = {key: tree.plain() for key, tree in spec.tree.items() if key not in ("search", "name")}
    return hashlib.sha256(json.dumps([plain, bounds], sort_keys=True).encode()).hexdigest()


def _telling(say: Say, epochs: int) -> Callable[[int, float, WeightStore], None]:
    def report(epoch: int, loss: float, store: WeightStore) -> None:
        size = f"{store.parameters:,} shared weights, {store.bytes / 1e6:,.1f} MB with the optimizer's state"
        say(f"supernet: epoch {epoch} of {epochs}, loss {loss:.4f}, {size}")

    return report
