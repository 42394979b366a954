"""The recipe: how a network is trained."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from fractalgen.spec._model import Model
from fractalgen.spec.augment import Augment
from fractalgen.spec.schedule import OneCycleOptions, Schedule
from fractalgen.spec.task import ClassificationOptions, Task

OptimizerName = Literal["adamw", "muon", "sgd"]
InitName = Literal["default", "xavier"]
Precision = Literal["float32", "bfloat16"]


def _one_or_several(schema: dict[str, Any]) -> None:
    """Let the schema take a bare name as well, which `Train` reads as a list of it."""
    several = {key: schema.pop(key) for key in ("type", "items")}
    schema["anyOf"] = [{"enum": list(Augment.model_fields)}, several]


class Train(Model):
    """How to train; the defaults suit small networks on small images."""

    task: Task = Field(
        default=Task(classification=ClassificationOptions()),
        description="What the network is trained for, a name or a name with options: classification; reconstruction "
        "(the image itself; with moments as a second output, a variational autoencoder); segmentation (a class for "
        "each pixel; further outputs at a half, a quarter, ... of the size are trained as well).",
    )
    epochs: int = Field(default=20, ge=1, le=100_000, description="Passes over the training images.")
    batch: int = Field(
        default=64,
        ge=2,
        le=1_000_000,
        description="Images a step, over all GPUs; at least 2, as batch norm needs several.",
    )
    accumulate: int = Field(
        default=1, ge=1, le=10_000, description="Equal parts of a batch that are computed one after another."
    )
    optimizer: OptimizerName = Field(
        default="sgd", description="sgd (with momentum), adamw, or muon (adamw for biases and norms)."
    )
    lr: float = Field(default=0.1, gt=0, le=1000, description="Learning rate; the largest one of the schedule.")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="Momentum of sgd and muon; the first beta of adamw.")
    nesterov: bool = Field(default=False, description="Nesterov's momentum in sgd.")
    weight_decay: float = Field(
        default=5e-4, ge=0, le=10, description="Decay of matrices and kernels; biases and norms never decay."
    )
    schedule: Schedule = Field(
        default=Schedule(one_cycle=OneCycleOptions()),
        description="Learning rate over time, a name or a name with options: constant; halving (a tenth whenever the "
        "remaining epochs halve, as in FractalNet); cosine; one_cycle (up for a quarter of the steps, then down to "
        "nothing).",
    )
    init: InitName = Field(default="default", description="First weights: PyTorch's default, or xavier (uniform).")
    augment: tuple[Augment, ...] = Field(
        default=(),
        description="Changes to training images, in order, each a name or a name with options: mirror, shift, "
        "shift_mirror (FractalNet's +), shift_mirror_reflect (its ++), crop, cutout, mixup, cutmix.",
        json_schema_extra=_one_or_several,
    )
    label_smoothing: float = Field(default=0.0, ge=0, lt=1, description="Share of the target spread over all classes.")
    grad_clip: float | None = Field(default=None, gt=0, description="Largest norm of the whole gradient, if any.")
    ema: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Decay of an exponential moving average of the weights and batch-norm statistics, which is what is "
        "evaluated and kept; smaller in the first steps.",
    )
    precision: Precision = Field(default="float32", description="Of features: bfloat16 by autocast, or float32.")
    channels_last: bool = Field(default=False, description="Whether images lie in memory with their channels last.")
    checkpointing: Literal["none", "norm", "block", "column"] = Field(
        default="none",
        description="What the backward pass computes again instead of keeping it: what batch norms and the activations "
        "behind them make (norm), whole rule calls (block), or stretches between joins (column).",
    )
    seed: int = Field(default=0, ge=0, lt=2**31, description="Seed of weights, order, augmentation and dropout.")

    @field_validator("augment", mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("augment")
    @classmethod
    def _distinct(cls, value: tuple[Augment, ...]) -> tuple[Augment, ...]:
        names = [augment.name for augment in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the augmentation {twice!r} is given twice")
        return value

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Train:
        if self.nesterov and (self.optimizer != "sgd" or self.momentum == 0):
            raise ValueError("nesterov belongs to sgd with a momentum above 0")
        return self

    @model_validator(mode="after")
    def _parts_are_equal(self) -> Train:
        if self.batch % self.accumulate or self.batch // self.accumulate < 2:
            raise ValueError(f"accumulate must split the batch of {self.batch} into equal parts of at least 2")
        return self
