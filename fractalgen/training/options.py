"""How one call of `fit` runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fractalgen.training.progress import OnStep
from fractalgen.training.score import Epoch

OnEpoch = Callable[[Epoch], object]
"""Called after each epoch, when its checkpoint is written; True stops the training."""


@dataclass(frozen=True)
class FitOptions:
    """How one call of `fit` runs.

    Attributes:
        seed: In place of the recipe's.
        out: Folder for `checkpoint.pt` and `weights.safetensors`; a checkpoint in it is gone on with.
        on_epoch: Who watches, and may stop.
        device: Where to train; `auto` is the GPU if there is one.
        restart: Start over where the checkpoint is damaged or of another run, instead of refusing it.
        on_step: Who watches more closely.
        replay: Call `on_epoch` for the epochs that a checkpoint brings, too, before it goes on.
        checkpoint_seconds: Time after which a checkpoint is written inside a long epoch, too.
    """

    seed: int | None = None
    out: Path | None = None
    on_epoch: OnEpoch | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    restart: bool = False
    on_step: OnStep | None = None
    replay: bool = False
    checkpoint_seconds: float = 600.0
