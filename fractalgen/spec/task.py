"""The tasks that a recipe may name, and their options."""

from __future__ import annotations

from pydantic import Field

from fractalgen.spec._model import Model
from fractalgen.spec.one_of import OneOf

MEASURES: dict[str, tuple[str, ...]] = {
    "classification": (),
    "reconstruction": ("psnr",),
    "segmentation": ("dice",),
}
"""What a task measures besides accuracy and loss."""


class ClassificationOptions(Model):
    """No options."""


class ReconstructionOptions(Model):
    """An autoencoder; a variational one where the network returns the moments of its latents as well."""

    kl: float | None = Field(
        default=None,
        ge=0,
        le=1e6,
        description="Weight of the divergence of the latents from a standard Gaussian, for each number of an image; 1 "
        "when left out.",
    )


class SegmentationOptions(Model):
    """A class for each pixel; further outputs, at a half, a quarter, ... of the size, are trained as well."""

    dice: float = Field(default=1.0, ge=0, le=1e6, description="Weight of the Dice loss beside cross-entropy.")


class Task(OneOf):
    """What the network is trained for."""

    classification: ClassificationOptions | None = Field(
        default=None, description="A class for each image, or for each place of a sequence."
    )
    reconstruction: ReconstructionOptions | None = Field(default=None, description="The image itself.")
    segmentation: SegmentationOptions | None = Field(default=None, description="A class for each pixel.")
