"""The augmentations that a recipe may name, and their options."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fractalgen.spec._model import Model
from fractalgen.spec.one_of import OneOf


class NoOptions(Model):
    """Of what has nothing to set."""


class MirrorOptions(Model):
    """Left and right are swapped."""

    alternate: bool = Field(
        default=False, description="Each image in every other epoch, half of them in the first; else by chance."
    )


class CropOptions(Model):
    """A part of the padded image, as large as the image."""

    padding: int = Field(default=4, ge=1, le=1000, description="Pixels on each side.")
    fill: Literal["reflect", "zero"] = Field(
        default="reflect", description="What the padding holds: the image reflected, or 0, which is the mean."
    )


class CutoutOptions(Model):
    """A square of zeros, the mean (DeVries and Taylor, arXiv 1708.04552)."""

    size: int = Field(default=8, ge=1, le=10_000, description="Side in pixels; at the border a part of it shows.")


class MixupOptions(Model):
    """Sums of two images and of their labels (Zhang et al., arXiv 1710.09412)."""

    alpha: float = Field(default=0.2, gt=0, le=100, description="The shares are drawn from Beta(alpha, alpha).")
    probability: float = Field(default=1.0, gt=0, le=1, description="Share of the mini-batches that are mixed.")


class CutmixOptions(Model):
    """A box of another image, and as much of its label (Yun et al., arXiv 1905.04899)."""

    alpha: float = Field(default=1.0, gt=0, le=100, description="The areas are drawn from Beta(alpha, alpha).")
    probability: float = Field(default=1.0, gt=0, le=1, description="Share of the mini-batches that are mixed.")


class Augment(OneOf):
    """A change to training images."""

    mirror: MirrorOptions | None = Field(default=None, description="Left and right are swapped.")
    shift: NoOptions | None = Field(default=None, description="Up to an eighth of the side; zeros move in.")
    shift_mirror: NoOptions | None = Field(default=None, description="shift and mirror, FractalNet's +.")
    shift_mirror_reflect: NoOptions | None = Field(
        default=None, description="shift and mirror where reflections move in, FractalNet's ++."
    )
    crop: CropOptions | None = Field(default=None, description="A part of the padded image.")
    cutout: CutoutOptions | None = Field(default=None, description="A square is erased.")
    mixup: MixupOptions | None = Field(default=None, description="Two images, and their labels, are added.")
    cutmix: CutmixOptions | None = Field(default=None, description="A box comes from another image.")
