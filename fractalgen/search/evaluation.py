"""The evaluation that trains."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fractalgen.errors import ExportError, OutOfMemoryError, SearchError
from fractalgen.run_files import WEIGHTS
from fractalgen.search.job import EpochReport, Job, Report, Result

if TYPE_CHECKING:
    from torch import nn

    from fractalgen.compiler import Network
    from fractalgen.spec import Spec
    from fractalgen.spec.train import Train
    from fractalgen.training import Dataset

LATENCY = "latency_ms"
"""Median time of an evaluation pass over one sample, measured before training and only when something asks for it."""

_LEAST = 2
"""Images at a time that batch norm needs."""


@dataclass(frozen=True)
class TrainEvaluation:
    """Trains a filled spec by its own recipe and scores it on the validation images.

    The test images are read once, by `publish`, for the network that won.

    Attributes:
        device: `auto`, `cpu` or `cuda`.
        latency: Whether the latency is measured too, on the device.
    """

    device: Literal["auto", "cpu", "cuda"] = "auto"
    latency: bool = False

    @property
    def metrics(self) -> tuple[str, ...]:
        """Figures of the last epoch, how long the run took, and the latency, when it is measured.

        A task reports more, see `check_names`.
        """
        return ("val_accuracy", "val_loss", "train_loss", "seconds", *((LATENCY,) if self.latency else ()))

    @property
    def keeps_weights(self) -> bool:
        """Whether there is something to publish: always."""
        return True

    def digest(self, data: Any) -> str:
        """Return the digest of the data; reads them."""
        if data is None:
            raise SearchError("the search has no data to train on", "Give --data digits, or `data:` in the spec.")
        return str(dataset_of(data).digest)

    def check(self, spec: Spec, data: Any) -> None:
        """Check that the network of a filled spec and its task fit the data.

        Raises:
            TrainError: they do not.
        """
        from fractalgen.training import task_of
        from fractalgen.training.preflight import check_network

        network = _network(spec)
        check_network(network, dataset_of(data), task_of(spec.train))

    def run(self, job: Job, report: Report) -> Result:
        """Train; a run that was cut off goes on from its checkpoint."""
        import torch

        from fractalgen.spec import load
        from fractalgen.training import FitOptions, fit

        torch.set_num_threads(job.threads)
        began = time.monotonic()
        spec = load(job.spec_file)
        network = _network(spec)

        measured = self._measured(network, dataset_of(job.data))

        def on_epoch(record: Any) -> None:
            report(EpochReport(record.epoch, spec.train.epochs, {**_figures(record), **measured}))

        options = FitOptions(
            seed=spec.train.seed, out=job.folder, on_epoch=on_epoch, device=self.device, restart=True, replay=True
        )
        score = fit(network, _split(spec.train, job.parts), dataset_of(job.data), options)
        seconds = time.monotonic() - began
        history = tuple(_figures(record) for record in score.epochs)
        metrics = {**history[-1], **measured, "seconds": seconds}
        return Result(metrics, seconds=seconds, history=history, guards=score.guards.as_dict())

    def _measured(self, network: nn.Module, dataset: Dataset) -> dict[str, float]:
        if not self.latency:
            return {}
        from fractalgen.training import latency
        from fractalgen.training.preflight import choose_device

        device = choose_device(self.device)
        return {LATENCY: latency(network.to(device), dataset.validation.probe()).median_ms}

    def publish(self, job: Job, best: Path) -> float | None:
        """Write weights and plain source into `best`; return the accuracy on the test images."""
        from fractalgen.compiler.exporters import EXPORTERS, safetensors
        from fractalgen.spec import load
        from fractalgen.training import evaluate, task_of

        spec = load(job.spec_file)
        network = _network(spec).eval()
        try:
            safetensors.read(network, job.folder / WEIGHTS)
        except ExportError:
            return None
        best.mkdir(parents=True, exist_ok=True)
        safetensors.write(network, best / WEIGHTS)
        EXPORTERS.get("python")(network, best / "network.py")
        return float(evaluate(network, dataset_of(job.data).final_test(), task=task_of(spec.train)).accuracy)


def _network(spec: Spec) -> Network:
    """Return the network of a filled spec as its training begins with it."""
    from fractalgen.compiler import compile_graph
    from fractalgen.passes import expand

    return compile_graph(expand(spec), drop_path=spec.drop_path, seed=spec.train.seed)


def _split(recipe: Train, parts: int) -> Train:
    """Return the recipe with each batch in more parts, whose gradients are summed.

    Raises:
        OutOfMemoryError: a part would have fewer images than batch norm needs.
    """
    pieces = recipe.accumulate * parts
    if recipe.batch % pieces or recipe.batch // pieces < _LEAST:
        raise OutOfMemoryError(f"a batch of {recipe.batch} cannot be split into {pieces} equal parts")
    return recipe.model_copy(update={"accumulate": pieces})


@lru_cache(maxsize=1)
def dataset_of(data: Any) -> Dataset:
    """Return the data of jobs; read once a process."""
    from fractalgen.training import load_data

    return load_data(data)


def _figures(record: Any) -> dict[str, float]:
    names = ("val_accuracy", "val_loss", "train_loss")
    return {**{name: float(getattr(record, name)) for name in names}, **record.figures}
