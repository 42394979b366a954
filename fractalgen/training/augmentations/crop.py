"""Random crops of padded images."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fractalgen.errors import TrainError
from fractalgen.spec.augment import CropOptions
from fractalgen.training.augmentations._base import Augmentation, Batch, Draws
from fractalgen.training.augmentations.shift import window


@dataclass(frozen=True)
class Crop(Augmentation):
    """A part of the padded image, as large as the image, at a place of chance."""

    options: CropOptions

    moves = True

    def check(self, shape: tuple[int, ...]) -> None:
        """Check that a reflection is as wide as the padding."""
        padding, side = self.options.padding, min(shape[1:])
        if self.options.fill == "reflect" and padding >= side:
            raise TrainError(
                f"crop cannot reflect {padding} pixels of images of {shape[1]}x{shape[2]}",
                f"Set a padding of at most {side - 1}, or fill: zero." if side > 1 else "Set fill: zero.",
            )

    def __call__(self, batch: Batch, draws: Draws) -> Batch:
        """Return the cropped batch."""
        padding, fill = self.options.padding, self.options.fill
        images = window(batch.images, draws, (padding, padding), "reflect" if fill == "reflect" else "constant")
        return replace(batch, images=images)
