"""The evaluation that asks the shared weights."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fractalgen.errors import SearchError
from fractalgen.run_files import CHECKPOINT
from fractalgen.search.evaluation import dataset_of
from fractalgen.search.job import EpochReport, Evaluation, Job, Report, Result

if TYPE_CHECKING:
    from fractalgen.compiler.supernet import WeightStore
    from fractalgen.spec.weight_sharing import WeightSharing

METRICS = ("val_accuracy", "val_loss", "seconds")
"""What shared weights say of a network: they have no training loss."""


@dataclass(frozen=True)
class SharedEvaluation:
    """Scores a filled spec on the validation images with shared weights; nothing is trained, and nothing changes.

    Attributes:
        alone: How the best networks are trained afterwards; it also reads the data and publishes the winner.
        folder: Where the checkpoint of the shared weights is.
        sharing: How the weights are shared.
        device: `auto`, `cpu` or `cuda`.
    """

    alone: Evaluation
    folder: Path
    sharing: WeightSharing
    device: Literal["auto", "cpu", "cuda"] = "auto"

    @property
    def metrics(self) -> tuple[str, ...]:
        """Accuracy and loss on the validation images, and how long that took."""
        return METRICS

    @property
    def keeps_weights(self) -> bool:
        """Whether a network that was scored has weights of its own: not before it is trained alone."""
        return False

    def digest(self, data: Any) -> str:
        """Return the digest of the data; reads them."""
        return self.alone.digest(data)

    def run(self, job: Job, report: Report) -> Result:
        """Score the network."""
        import torch

        from fractalgen.compiler.supernet import Supernet
        from fractalgen.search.weight_sharing.score import shared_score
        from fractalgen.search.weight_sharing.train import first_weights
        from fractalgen.spec import load
        from fractalgen.training.preflight import choose_device

        torch.set_num_threads(job.threads)
        began = time.monotonic()
        spec = load(job.spec_file)
        seed = spec.train.seed
        supernet = Supernet(spec, _store(self.folder), seed, first_weights(spec.train), choose_device(self.device))
        supernet.set_choice({})
        found = shared_score(supernet.network, dataset_of(job.data), self.sharing.images, seed)
        figures = {"val_accuracy": found.accuracy, "val_loss": found.loss}
        report(EpochReport(1, 1, figures))
        seconds = time.monotonic() - began
        return Result({**figures, "seconds": seconds}, seconds=seconds, history=(figures,))

    def publish(self, job: Job, best: Path) -> float | None:
        """Write weights and source of a network that was trained alone; return its accuracy on the test images."""
        return self.alone.publish(job, best)


def _store(folder: Path) -> WeightStore:
    file = folder / CHECKPOINT
    if not file.exists():
        raise SearchError(f"there are no shared weights in {str(folder)!r}", "Start the search again.")
    return _read(folder, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(folder: Path, _changed: int) -> WeightStore:
    from fractalgen.compiler.supernet import WeightStore
    from fractalgen.training import checkpoint

    state = checkpoint.load(folder, {})
    slots = {} if state is None else state["store"]
    return WeightStore({key: {"weight": slot["weight"]} for key, slot in slots.items()})
