"""The `weight_sharing:` part of a search."""

from __future__ import annotations

from pydantic import Field

from fractalgen.spec._model import Model


class Evolving(Model):
    """How networks evolve while they train the weights that they share, by the options of the sampler `genetic`."""

    generations: int = Field(
        default=2,
        ge=1,
        le=1000,
        description="How many follow one another after an epoch; each is scored on the validation images beside the "
        "archive.",
    )


class WeightSharing(Model):
    """How the networks of a space share weights."""

    epochs: int = Field(
        default=20, ge=1, le=100_000, description="Passes over the training images; each step trains one network."
    )
    retrain: int = Field(
        default=3, ge=1, le=1000, description="How many of the best networks are then trained alone, by `train:`."
    )
    images: int = Field(
        default=1000,
        ge=2,
        le=1_000_000,
        description="Training images that give a network its batch-norm statistics before it is scored.",
    )
    lr: float | None = Field(
        default=None, gt=0, le=1000, description="Learning rate of the shared weights; that of `train:` by default."
    )
    grad_clip: float = Field(default=1.0, gt=0, description="Largest norm of the gradient of a step.")
    population: Evolving | None = Field(
        default=None,
        description="Each step trains a child of the best networks so far, with which the trials then begin; without "
        "it, a point that is drawn evenly. The sampler must be `genetic`.",
    )
