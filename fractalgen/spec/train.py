"""The recipe: how a network is trained."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from fractalgen.spec._model import Model

OptimizerName = Literal["adamw", "sgd"]
ScheduleName = Literal["constant", "cosine", "halving", "one_cycle"]
InitName = Literal["default", "xavier"]
AugmentationName = Literal["mirror", "shift", "shift_mirror", "shift_mirror_reflect"]


class Train(Model):
    """How to train; the defaults suit small networks on small images."""

    epochs: int = Field(default=20, ge=1, le=100_000, description="Passes over the training images.")
    batch: int = Field(
        default=64, ge=2, le=1_000_000, description="Images a step; at least 2, as batch norm needs several."
    )
    optimizer: OptimizerName = Field(default="sgd", description="sgd (with momentum) or adamw.")
    lr: float = Field(default=0.1, gt=0, le=1000, description="Learning rate; the largest one of the schedule.")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="Momentum of sgd; the first beta of adamw.")
    nesterov: bool = Field(default=False, description="Nesterov's momentum in sgd.")
    weight_decay: float = Field(
        default=5e-4, ge=0, le=10, description="Decay of matrices and kernels; biases and norms never decay."
    )
    schedule: ScheduleName = Field(
        default="one_cycle",
        description="Learning rate over time: constant; halving (a tenth whenever the remaining epochs halve, as in "
        "FractalNet); cosine; one_cycle (up for a quarter of the steps, then down to nothing).",
    )
    init: InitName = Field(default="default", description="First weights: PyTorch's default, or xavier (uniform).")
    augment: tuple[AugmentationName, ...] = Field(
        default=(),
        description="Changes to training images, in order: mirror; shift (by up to an eighth of the side, zeros move "
        "in); shift_mirror (both, the paper's +); shift_mirror_reflect (reflections move in, the paper's ++).",
    )
    label_smoothing: float = Field(default=0.0, ge=0, lt=1, description="Share of the target spread over all classes.")
    grad_clip: float | None = Field(default=None, gt=0, description="Largest norm of the whole gradient, if any.")
    checkpointing: Literal["none", "block", "column"] = Field(
        default="none",
        description="What the backward pass computes again instead of keeping it: whole rule calls, or stretches "
        "between joins.",
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Seed of weights, order, augmentation and dropout.")

    @field_validator("augment")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((name for name in value if value.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the augmentation {twice!r} is given twice")
        return value

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Train:
        if self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            raise ValueError("nesterov belongs to sgd with a momentum above 0")
        return self
