"""Whole runs: from a spec to a folder with weights and figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fractalgen.atomic import write_text
from fractalgen.compiler import Network, compile_graph
from fractalgen.errors import TrainError
from fractalgen.passes import expand
from fractalgen.run_files import METRICS, SPEC
from fractalgen.spec import Spec
from fractalgen.training import checkpoint
from fractalgen.training.dataset import Dataset, load_data
from fractalgen.training.evaluate import ColumnScore, evaluate, evaluate_columns
from fractalgen.training.fit import FitOptions, OnEpoch, fit
from fractalgen.training.guards import missing_ops
from fractalgen.training.guards.repeats import find_repeats
from fractalgen.training.loggers import LOGGERS, Logger, figures_of
from fractalgen.training.loop import PROBE_IMAGES
from fractalgen.training.modes import device_of
from fractalgen.training.parallel import from_first, processes, rank
from fractalgen.training.progress import OnStep
from fractalgen.training.samples import Samples
from fractalgen.training.score import Accuracy, Epoch, Guards, Score
from fractalgen.training.tasks import task_of

if TYPE_CHECKING:
    from fractalgen.spec.data import Data


@dataclass(frozen=True)
class RunOptions:
    """What a call may set over the spec; None keeps the spec's value.

    Attributes:
        out: The run's folder.
        data: What to train on.
        epochs: Passes over the training images.
        seed: Of weights, order, augmentation, dropout and drop-path.
        device: Where to train; `auto` is the GPU if there is one.
        on_epoch: Who watches, and may stop.
        on_step: Who watches more closely.
        log: Names of loggers, where figures go besides the folder.
    """

    out: Path
    data: Data | None = None
    epochs: int | None = None
    seed: int | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    on_epoch: OnEpoch | None = None
    on_step: OnStep | None = None
    log: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A finished training run.

    Attributes:
        name: Of the spec.
        score: What the validation images say.
        test: What the test images say.
        columns: What the test images say about each column alone.
        data: The digest of the data.
    """

    name: str
    score: Score
    test: Accuracy
    columns: tuple[ColumnScore, ...]
    data: str

    @property
    def test_figures(self) -> dict[str, float]:
        """Accuracy, loss and what else the task measures on the test images."""
        further = {f"test_{name}": value for name, value in self.test.figures.items()}
        return {"test_accuracy": self.test.accuracy, "test_loss": self.test.loss, **further}

    def as_dict(self) -> dict[str, Any]:
        """Return what `metrics.json` holds."""
        return {
            "name": self.name,
            **self.score.as_dict(),
            **self.test_figures,
            "columns": [asdict(column) for column in self.columns],
            "data_digest": self.data,
        }


def run_training(spec: Spec, options: RunOptions) -> Run:
    """Train the network of a plain spec, or go on with the run in `options.out`, and evaluate it on the test images.

    The folder holds `spec.yaml` (with the recipe and the data that were used), `checkpoint.pt`,
    `weights.safetensors` and, at the end, `metrics.json`. Of the processes that `torchrun` started, the first one
    writes and is watched.

    Raises:
        FractalGenError: spec, data or folder do not allow it; then nothing was written.
        DivergedError: the loss became NaN or infinite.
    """
    spec = _with_options(spec, options)
    with processes(options.device), ExitStack() as stack:
        names = options.log if rank() == 0 else ()
        loggers = [stack.enter_context(closing(LOGGERS.get(name)(options.out, spec.name))) for name in names]
        return _run(spec, options, loggers)


def _run(spec: Spec, options: RunOptions, loggers: Sequence[Logger]) -> Run:
    dataset = _load(spec)
    network = compile_graph(expand(spec), spec.drop_path, spec.train.seed)

    def on_epoch(record: Epoch) -> object:
        # From the first checkpoint on, the folder says what it is; `fit` has refused those of other runs.
        if not (options.out / SPEC).exists():
            _write(options.out / SPEC, spec.to_yaml())
        for logger in loggers:
            logger.log(figures_of(record), record.epoch)
        return options.on_epoch(record) if options.on_epoch is not None else None

    watched = FitOptions(None, options.out, on_epoch, options.device, on_step=options.on_step)
    score = fit(network, spec.train, dataset, watched)
    run = from_first(lambda: _finish(spec, options.out, network, dataset, score))
    for logger in loggers:
        logger.log(run.test_figures, len(score.epochs))
    return run


def _finish(spec: Spec, out: Path, network: Network, dataset: Dataset, score: Score) -> Run:
    _write(out / SPEC, spec.to_yaml())
    test = dataset.final_test()
    score = replace(score, guards=_final_guards(spec, network, dataset, test, score.guards))
    task = task_of(spec.train)
    found, columns = evaluate(network, test, task=task), evaluate_columns(network, test, task=task)
    run = Run(spec.name, score, found, columns, dataset.digest)
    _write(out / METRICS, json.dumps(run.as_dict(), indent=2) + "\n")
    return run


def _final_guards(spec: Spec, network: Network, dataset: Dataset, test: Samples, guards: Guards) -> Guards:
    """Return the guards with what only a whole run knows: the spec, and the test set."""
    images = test.batch(slice(PROBE_IMAGES))[0].to(device_of(network))
    missing = missing_ops(expand(spec), network, images)
    return replace(guards, missing_ops=missing, repeats=find_repeats(dataset, test))


def _write(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except OSError as error:
        raise TrainError(f"{str(path)!r} cannot be written: {error.strerror}", checkpoint.ROOM) from None


def _with_options(spec: Spec, options: RunOptions) -> Spec:
    """Return the spec with the recipe and data that are used, so that the run's folder says all of it."""
    changes = {"epochs": options.epochs, "seed": options.seed}
    recipe = spec.train.model_copy(update={key: value for key, value in changes.items() if value is not None})
    spec = spec.with_section("train", recipe)
    return spec if options.data is None else spec.with_section("data", options.data)


def _load(spec: Spec) -> Dataset:
    if spec.data is None:
        raise TrainError("the spec names no data", "Give --data digits, or `data:` in the spec.")
    return load_data(spec.data)
